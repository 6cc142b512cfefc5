using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>Resets of an adapter, which protocols ask for, or MiniportCheckForHang.</summary>
internal sealed unsafe class ResetControl(
    string adapterName,
    Miniport miniport,
    Bindings bindings,
    SendQueue sends,
    Turn turn,
    IAdapterLife life,
    DriverReports reports) : IDisposable
{
    private readonly List<Binding> _asked = [];

    // AddressingReset. A driver may write there until it completes a reset that pends (MiniportReset, NDIS 5.1).
    private readonly bool* _addressing = (bool*)NativeMemory.AllocZeroed(1, sizeof(uint));

    private NDIS_MINIPORT_CHARACTERISTICS Functions => miniport.Functions;

    /// <summary>NdisReset, when it has the turn. One that comes while a reset is under way is answered with it.</summary>
    public void Ask(Binding binding)
    {
        if (life.State is not (AdapterState.Running or AdapterState.Resetting) || miniport.HasFaulted)
        {
            binding.ResetComplete(NDIS_STATUS_ADAPTER_NOT_READY);
            return;
        }

        if (Functions.ResetHandler is null)
        {
            binding.ResetComplete(NDIS_STATUS_NOT_RESETTABLE);
            return;
        }

        _asked.Add(binding);
        if (life.State == AdapterState.Running) Reset($"is reset, as {binding.Protocol.Driver.Name} asked for");
    }

    public void Reset(string why)
    {
        if (Functions.ResetHandler is null) return;
        life.SetResetting(true);
        reports.Log($"{adapterName} {why}.");
        bindings.Tell(NDIS_STATUS_RESET_START);
        *_addressing = false;
        NDIS_STATUS status = miniport.Call(nameof(Functions.ResetHandler), Irql.DISPATCH_LEVEL, NDIS_STATUS_FAILURE, () =>
            Functions.ResetHandler!(out *_addressing, miniport.Context));
        if (status != NDIS_STATUS_PENDING) EndReset(status, *(byte*)_addressing != 0);
    }

    /// <summary>
    /// A reset loses what the hardware held: packets in flight are aborted, and filters that the driver says it lost are set
    /// again.
    /// </summary>
    public void EndReset(NDIS_STATUS status, bool addressingReset)
    {
        if (life.State != AdapterState.Resetting)
        {
            reports.Report(NdisReportKind.BrokenRule, nameof(NdisLibrary.NdisMResetComplete), "No reset was in progress.");
            return;
        }

        life.SetResetting(false);
        // A deserialized miniport completes its own, before or after (NDIS 5, MiniportReset).
        if (!miniport.IsDeserialized) sends.AbortInFlight();
        bindings.Tell(NDIS_STATUS_RESET_END);
        Answer(status);
        if (status != NDIS_STATUS_SUCCESS)
        {
            reports.Report(NdisReportKind.BrokenRule, nameof(Functions.ResetHandler),
                $"The reset failed with {status.Describe()}. The adapter is halted.");
            life.Halt();
            return;
        }

        if (addressingReset) bindings.RestoreAddressing();
        turn.Post(sends.SendQueued);
    }

    /// <summary>Answers all who asked for a reset.</summary>
    public void Answer(NDIS_STATUS status)
    {
        Binding[] asked = [.. _asked];
        _asked.Clear();
        foreach (Binding binding in asked) binding.ResetComplete(status);
    }

    /// <summary>Frees what the miniport's functions wrote to: after its halt.</summary>
    public void Dispose() => NativeMemory.Free(_addressing);
}
