using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>Halts an adapter whose hardware goes away.</summary>
internal sealed class SurpriseRemoval(
    Machine machine, MachineDevice device, BusControl bus, Miniport miniport, Turn turn, IAdapterLife life, DriverReports reports)
{
    private static readonly TimeSpan s_untilEndIsKnown = TimeSpan.FromSeconds(5);

    private bool _isExpected;

    /// <summary>Waits for the machine's end.</summary>
    public void Watch() => machine.Gone.ContinueWith(
        gone =>
        {
            if (life.State == AdapterState.Halted || life.IsHaltAsked) return;
            reports.Report(
                NdisReportKind.HardwareGone,
                "Machine",
                $"The hardware went away while the adapter ran: {gone.Result} It is halted.");
            Notify();
            life.Halt();
        },
        CancellationToken.None,
        TaskContinuationOptions.None,
        TaskScheduler.Default);

    /// <summary>
    /// Hardware that goes away reads as all ones for as long as it takes until its machine knows; that is reported then, and
    /// the adapter halted. A machine that does not come to know it has a device that is there and dead.
    /// </summary>
    public void Expect()
    {
        if (_isExpected) return;
        _isExpected = true;
        turn.Schedule(s_untilEndIsKnown, () =>
        {
            _isExpected = false;
            if (life.State != AdapterState.Running || machine.Gone.IsCompleted || bus.IsDevicePresent()) return;
            reports.Report(NdisReportKind.HardwareGone, "Machine",
                $"{device.Place} does not answer any more: its configuration space reads as all ones. The adapter is halted.");
            Notify();
            life.RemoveLater();
        });
    }

    private void Notify() => turn.Post(() => miniport.Notify(NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventSurpriseRemoved));
}
