namespace Nonpaged.Verify;

/// <summary>Does one run, in this process.</summary>
internal static class VerifyRunner
{
    private const int Lives = 200;
    private const int Threads = 4;

    /// <exception cref="MachineException">The machine cannot be started.</exception>
    public static VerifyOutcome Run(VerifySubject subject, VerifyRun run, IVerifyWatch watch)
    {
        using var bench = new VerifyBench(subject, run, watch);
        bool started = ExerciseOf(run).Run(bench);
        bench.Step("end");
        return new VerifyOutcome(started, bench.Faults.Places, bench.Faults.Failed);
    }

    private static Exercise ExerciseOf(VerifyRun run) => (run.Check, run.Name) switch
    {
        (VerifyCheck.Life, "again") => new LifeExercise(Lives),
        (VerifyCheck.Life, "reset") => new LoadExercise(LoadEnd.Reset, 1),
        (VerifyCheck.Life, "sleep") => new LoadExercise(LoadEnd.Sleep, 1),
        (VerifyCheck.Life, "halt") => new LoadExercise(LoadEnd.Halt, 1),
        (VerifyCheck.Life, _) => new LoadExercise(LoadEnd.Removal, 1),
        (VerifyCheck.Oids, _) => new OidExercise(),
        (VerifyCheck.Frames, _) => new FrameExercise(),
        (VerifyCheck.Concurrency, "threads") => new LoadExercise(LoadEnd.Sleep, Threads),
        (VerifyCheck.Concurrency, _) => new LoadExercise(LoadEnd.Reset, Threads),
        (VerifyCheck.Dma, _) => new DmaExercise(),
        (VerifyCheck.Time, _) => new TimeExercise(),
        (VerifyCheck.LowResources, _) => new StandardExercise(2),
        _ => new StandardExercise(20, usesDevices: true),
    };
}
