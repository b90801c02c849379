"""What is read and shown of intakes, comfort cards and papers."""
