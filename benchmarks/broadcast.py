"""What is sent to many, by whoever is measured."""

RECIPIENTS = range(1_000_001, 1_010_001)
TEXT = "Anh/chị là đầu mối CCHC của Sở Tư pháp. " * 12
