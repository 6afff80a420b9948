"""From receipt to points: submit, settle, and why each line got what it got."""
