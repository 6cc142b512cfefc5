namespace Nonpaged.Ndis;

/// <summary>What an adapter reports of its driver. Thread-safe.</summary>
internal sealed class DriverReports(NdisInstance instance, Driver driver)
{
    private readonly HashSet<string> _reportedOnce = [];

    /// <param name="kind">What it is.</param>
    /// <param name="call">The call or function that it is about.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="stack">Where in the driver, if that is not where this thread is.</param>
    public void Report(NdisReportKind kind, string call, string message, IReadOnlyList<CodePlace>? stack = null) =>
        instance.Report(new NdisReport(kind, call, driver.Name, message) { Stack = stack ?? [] });

    /// <summary>Reports what a driver does again and again just once.</summary>
    public void ReportOnce(NdisReportKind kind, string call, string message)
    {
        bool isNew;
        lock (_reportedOnce) isNew = _reportedOnce.Add($"{call} {message}");
        if (isNew) Report(kind, call, message);
    }

    /// <summary>Reports what the driver did not give back.</summary>
    public void Leak(string call, string message, NDIS_HANDLE handle = default) =>
        instance.Report(new NdisLeak(driver.Name, call, message)
        {
            Site = instance.Handles.SiteOf(handle),
            Stack = instance.Handles.StackOf(handle),
        });

    /// <summary>A leak of a driver above, where drivers are verified: the function that was to give back what it kept.</summary>
    public void LeftWith(ProtocolRegistration? keeper, string call, string message)
    {
        Verification? verification = instance.Options.Verification;
        bool isTold = verification is not null && keeper is not null;
        CodePlace? place = isTold && keeper!.ReturnEntry != 0 ? verification!.PlaceOf(keeper.ReturnEntry) : null;
        instance.Report(new NdisLeak(isTold ? keeper!.Driver.Name : driver.Name, call, message)
        {
            Stack = place is null ? [] : [place],
        });
    }

    /// <summary>Writes a line to the log under the driver's name.</summary>
    public void Log(string message) => instance.WriteLog($"{driver.Name}: {message}");
}
