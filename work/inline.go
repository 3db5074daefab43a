package work

import "context"

// Inline runs each job in the caller, before Exec returns: nothing is concurrent, and a program
// can be read and debugged step by step. A Goexit in a job ends the caller, as in any call.
var Inline Executor = inline{}

type inline struct{}

// Exec implements Executor.
func (inline) Exec(ctx context.Context, j *Job) error {
	if j.Claim() {
		j.Run()
	}
	return nil
}

// Width implements Executor.
func (inline) Width() int { return 1 }

// Close implements Executor.
func (inline) Close(context.Context) error { return nil }
