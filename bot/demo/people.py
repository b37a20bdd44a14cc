"""The people of the demo. The names are invented."""

from dataclasses import dataclass

from models.people import Role


@dataclass(frozen=True)
class Persona:
    """``key`` is part of an address. ``areas``: given to appraise for the own unit's agency;
    ``lines``: codes of what the unit's focal officer has given them to do."""

    key: str
    name: str
    title: str
    unit: str
    role: Role
    areas: tuple[str, ...] = ()
    lines: str = ""


PERSONAS = (
    Persona("an", "Nguyễn Văn An", "Chuyên viên Văn phòng", "STP", Role.FOCAL_OFFICER),
    Persona("binh", "Trần Văn Bình", "Chuyên viên", "STP", Role.MEMBER, lines="5.1, 6"),
    Persona("hoa", "Trần Thị Hoa", "Phó Chánh Văn phòng", "SYT", Role.FOCAL_OFFICER),
    Persona("tuan", "Vi Văn Tuấn", "Phó Trưởng phòng Nội vụ", "HSONDONG", Role.FOCAL_OFFICER),
    Persona("hung", "Phạm Quốc Hùng", "Giám đốc", "STP", Role.HEAD),
    Persona("lan", "Lê Thị Lan", "Trưởng phòng Xây dựng pháp luật", "STP", Role.REVIEWER, ("2",)),
    Persona(
        "minh",
        "Hoàng Đức Minh",
        "Trưởng phòng Kiểm soát thủ tục hành chính",
        "VPUBND",
        Role.REVIEWER,
        ("3",),
    ),
    Persona("thao", "Đỗ Phương Thảo", "Trưởng phòng CCHC", "SNV", Role.COORDINATOR),
    Persona("khanh", "Bùi Gia Khánh", "Chuyên viên phòng CCHC", "SNV", Role.ADMIN),
    Persona("nga", "Dương Thúy Nga", "Chuyên viên Phòng Nội chính", "VPUBND", Role.OBSERVER),
)
BY_KEY = {persona.key: persona for persona in PERSONAS}

# More officers, so that the progress of the units is worth looking at; they have no card.
EXTRAS = (
    Persona("", "Nguyễn Thị Mai", "Chuyên viên", "STC", Role.FOCAL_OFFICER),
    Persona("", "Trịnh Văn Sơn", "Chuyên viên", "SGDDT", Role.FOCAL_OFFICER),
    Persona("", "Lưu Thị Hạnh", "Chuyên viên", "STTTT", Role.FOCAL_OFFICER),
    Persona("", "Giáp Văn Long", "Chuyên viên", "HVIETYEN", Role.FOCAL_OFFICER),
    Persona("", "Thân Thị Thu", "Chuyên viên", "HYENDUNG", Role.FOCAL_OFFICER),
    Persona("", "Ngô Quang Huy", "Chuyên viên", "HLUCNGAN", Role.FOCAL_OFFICER),
)

# How many lines a unit has scored by the day on which the demo begins.
WORK_DONE = {
    "STP": 41,
    "HSONDONG": 12,
    "STC": 74,
    "SGDDT": 58,
    "STTTT": 66,
    "HVIETYEN": 37,
    "HYENDUNG": 21,
}
