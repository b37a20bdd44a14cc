"""Campaigns: the year's calendar, its groups, its plan, and when which unit may do what."""

from models.campaigns.queries import (
    all_campaigns,
    calendar_of,
    campaigns_of_unit,
    current_campaign,
    effective_window,
    effective_windows,
    takes_part,
    units_in,
    why_not_in,
)
from models.campaigns.rules import (
    EffectiveWindow,
    Phase,
    default_windows,
    effective,
    standing_step,
    warnings,
    weekend_warning,
)
from models.campaigns.tables import Campaign, Extension, Step, UnitGroup, Window

__all__ = [
    "Campaign",
    "EffectiveWindow",
    "Extension",
    "Phase",
    "Step",
    "UnitGroup",
    "Window",
    "all_campaigns",
    "calendar_of",
    "campaigns_of_unit",
    "current_campaign",
    "default_windows",
    "effective",
    "effective_window",
    "effective_windows",
    "standing_step",
    "takes_part",
    "units_in",
    "warnings",
    "weekend_warning",
    "why_not_in",
]
