"""Every duty that people are reminded of, in the order of the procedure: the table of contents.

A duty lives in its own package and is added here. Whoever plans, sends or answers reminders
imports this module; without it reminders know no duty and say so.
"""

from models import reminders
from models.appraisal.duty import ACKNOWLEDGEMENT
from models.assessment.duty import SelfAssessment
from models.submission.duty import DECISION

reminders.register(SelfAssessment(), DECISION, ACKNOWLEDGEMENT)
