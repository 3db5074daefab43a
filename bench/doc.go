// Package bench compares Skein with what Go programs use today, in the same process and the same
// minute.
//
//	go run ./report                       # every row, as a Markdown table
//	go run ./report -rows queue -quick    # some rows, a few seconds each
//	go test -run '^$' -bench 'WorkTiny$'  # the same bodies as ordinary benchmarks
//
// A row is one job and everybody who can do it, with the bars that Skein has to keep. Rows are
// declared beside the bodies they need, one family a file. What calls Skein stands in the files
// named skein_*.go, everybody else's code beside the rows.
//
// A body counts what it has done, and a peer that did less than asked is reported as failed:
// nobody is fast by dropping work.
package bench
