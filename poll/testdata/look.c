/* Says, when asked on standard input, whether descriptor 3 can be read: "look" asks now, "wait" waits. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

int main(void) {
	char line[80];
	struct pollfd p = {.fd = 3, .events = POLLIN};
	while (fgets(line, sizeof line, stdin)) {
		int n = poll(&p, 1, strncmp(line, "wait", 4) == 0 ? -1 : 0);
		puts(n < 0 ? "poll failed" : n == 0 ? "quiet" : "ready");
		fflush(stdout);
	}
	return 0;
}
