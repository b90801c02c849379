"""What is handed out on paper about visits: estimates before, and each as a page and a file."""
