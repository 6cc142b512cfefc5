namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private void Reset()
    {
        _state = AdapterState.Resetting;
        Instance.WriteLog($"{Driver.Name}: {Name} hangs and is reset.");
        var addressing = false;
        var status = Call(nameof(Miniport.ResetHandler), Irql.DISPATCH_LEVEL, NDIS_STATUS_FAILURE, () =>
            Miniport.ResetHandler!(out addressing, _miniportContext));
        if (status != NDIS_STATUS_PENDING) EndReset(status, addressing);
    }

    /// <summary>
    /// A reset loses what the hardware held: packets in flight are aborted, and filters that the driver says it lost are set again.
    /// </summary>
    internal void EndReset(NDIS_STATUS status, bool addressingReset)
    {
        if (_state != AdapterState.Resetting)
        {
            Report(NdisReportKind.BrokenRule, nameof(NdisLibrary.NdisMResetComplete), "No reset was in progress.");
            return;
        }

        _state = AdapterState.Running;
        AbortInFlight();
        if (status != NDIS_STATUS_SUCCESS)
        {
            Report(NdisReportKind.BrokenRule, nameof(Miniport.ResetHandler), $"The reset failed with {status}. The adapter is halted.");
            Halt();
            return;
        }

        if (addressingReset) RestoreAddressing();
        _serial.Post(SendQueued);
    }
}
