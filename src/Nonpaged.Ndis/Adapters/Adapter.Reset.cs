namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private readonly List<Binding> _resetsAsked = [];

    /// <summary>NdisReset, in the serial context. One that comes while a reset is under way is answered with it.</summary>
    internal void Reset(Binding binding)
    {
        if (_state is not (AdapterState.Running or AdapterState.Resetting) || Miniport.HasFaulted)
        {
            binding.ResetComplete(NDIS_STATUS_ADAPTER_NOT_READY);
            return;
        }

        _resetsAsked.Add(binding);
        if (_state == AdapterState.Running) Reset($"is reset, as {binding.Protocol.Driver.Name} asked for");
    }

    private void Reset(string why)
    {
        _state = AdapterState.Resetting;
        Instance.WriteLog($"{Driver.Name}: {Name} {why}.");
        foreach (var binding in Bindings)
        {
            binding.Status(NDIS_STATUS_RESET_START, null, 0);
            binding.StatusComplete();
        }

        var addressing = (bool*)&_counts[2];
        *addressing = false;
        var status = Call(nameof(Functions.ResetHandler), Irql.DISPATCH_LEVEL, NDIS_STATUS_FAILURE, () =>
            Functions.ResetHandler!(out *(bool*)&_counts[2], Miniport.Context));
        if (status != NDIS_STATUS_PENDING) EndReset(status, *(byte*)addressing != 0);
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
        foreach (var binding in Bindings)
        {
            binding.Status(NDIS_STATUS_RESET_END, null, 0);
            binding.StatusComplete();
        }

        AnswerResets(status);
        if (status != NDIS_STATUS_SUCCESS)
        {
            Report(NdisReportKind.BrokenRule, nameof(Functions.ResetHandler),
                $"The reset failed with {status.Describe()}. The adapter is halted.");
            Halt();
            return;
        }

        if (addressingReset) RestoreAddressing();
        Turn.Post(SendQueued);
    }

    private void AnswerResets(NDIS_STATUS status)
    {
        Binding[] asked = [.. _resetsAsked];
        _resetsAsked.Clear();
        foreach (var binding in asked) binding.ResetComplete(status);
    }
}
