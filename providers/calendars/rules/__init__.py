"""What calendar files may say and what is made of it: text, values, rules of recurrence, busy minutes, and when to look again."""
