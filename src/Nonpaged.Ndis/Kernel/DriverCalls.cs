namespace Nonpaged.Ndis;

/// <summary>How functions of drivers are called that belong to no adapter's turn: DPCs, timers, work items.</summary>
internal static class DriverCalls
{
    /// <summary>
    /// Notes that a C driver's function begins, by its name, and gives what it interrupts; null where there is no C
    /// driver.
    /// </summary>
    public static Func<string, (string? Driver, string? Function)>? Begins { get; set; }

    /// <summary>Notes that it ended, and what goes on.</summary>
    public static Action<(string? Driver, string? Function)>? Ends { get; set; }

    /// <summary>The context in which something runs later that is put off now.</summary>
    public static CallContext Later(this CallContext context, Irql irql) =>
        new(context.Instance, context.Driver, irql, Initializing: false) { Adapter = context.Adapter };

    /// <summary>Runs a driver's function in its name. An exception that comes out of it is reported.</summary>
    public static void Run(CallContext context, string function, Action work)
    {
        using (CallContext.Enter(context))
        {
            (string? Driver, string? Function) outer = Begins?.Invoke(function) ?? default;
            using WatchedFunction? watched = context.Instance.Options.Verification?.Enter(context, function, 0);
            try
            {
                work();
                CheckEnd(context, function);
            }
            catch (Exception exception)
            {
                context.Report(
                    NdisReportKind.BrokenRule, function, $"The driver threw {exception.GetType().Name}: {exception.Message}");
            }
            finally
            {
                Ends?.Invoke(outer);
            }
        }
    }

    /// <summary>A function gives back the IRQL that it was called at.</summary>
    public static void CheckEnd(CallContext context, string function)
    {
        // A lock that is held has raised it, and is told of.
        if (CallContext.CurrentIrql == context.Irql || Verification.Current?.HoldsLocks == true) return;
        context.Instance.Report(new NdisReport(
            NdisReportKind.BrokenRule, function, context.Driver.Name,
            $"The function was called at {context.Irql} and returned at {CallContext.CurrentIrql}.")
        {
            Stack = CallContext.CurrentIrql > context.Irql ? Verification.Current?.RaisedAt ?? [] : [],
        });
    }
}
