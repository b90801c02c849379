"""What leaves for others who care for a client, only while the client permits it: releases, letters, who opened them."""
