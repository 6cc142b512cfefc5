namespace Nonpaged.Protocols;

/// <summary>The waiting around NDIS's calls, which themselves never wait.</summary>
public sealed partial class LeaseAndPing
{
    private async Task<byte[]> QueryAsync(uint oid, int length, CancellationToken cancellationToken)
    {
        await RequestAsync(oid, NDIS_REQUEST_TYPE.NdisRequestQueryInformation, new byte[length], cancellationToken).ConfigureAwait(false);
        return RequestValue(length);
    }

    // Ethernet's, IP's and UDP's headers with options, and some more.
    private const uint Lookahead = 128;

    // The slowest card sends a frame in milliseconds.
    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(10);

    private Task SetAsync(uint oid, uint value, CancellationToken cancellationToken) =>
        RequestAsync(oid, NDIS_REQUEST_TYPE.NdisRequestSetInformation, BitConverter.GetBytes(value), cancellationToken);

    /// <summary>
    /// Protocols ask for as much look-ahead as they read of a frame before they decide, and some miniports expect that; one that has no such setting needs none.
    /// </summary>
    private async Task SetLookaheadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SetAsync(NdisLibrary.OID_GEN_CURRENT_LOOKAHEAD, Lookahead, cancellationToken).ConfigureAwait(false);
        }
        catch (AdapterException refused) when (refused.Status is not NDIS_STATUS_CLOSING)
        {
            _instance.WriteLog($"{Adapter.Driver.Name}: OID_GEN_CURRENT_LOOKAHEAD cannot be set: {refused.Status.Describe()}.");
        }
    }

    /// <summary>A request that was made can't be taken back, so that its end is awaited whatever the caller wants.</summary>
    private async Task RequestAsync(uint oid, NDIS_REQUEST_TYPE type, byte[] value, CancellationToken cancellationToken)
    {
        await _requestGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _answer = new TaskCompletionSource<NDIS_STATUS>(TaskCreationOptions.RunContinuationsAsynchronously);
            _instance.Run(_driver, () => Ask(oid, type, value));
            Require(await _answer.Task.ConfigureAwait(false), $"NdisRequest of OID 0x{oid:x8}");
        }
        finally
        {
            _requestGate.Release();
        }
    }

    private async Task SendAsync(byte[] frame, CancellationToken cancellationToken)
    {
        if (!await _freeFrames.WaitAsync(SendPatience, cancellationToken).ConfigureAwait(false))
        {
            throw new TimeoutException(
                $"The driver of {Adapter.Name} has completed none of the {TransmitFrames} sends that it was given within {SendPatience.TotalSeconds:0} seconds (NdisMSendComplete).");
        }

        _instance.Run(_driver, () => SendNow(frame));
    }
}
