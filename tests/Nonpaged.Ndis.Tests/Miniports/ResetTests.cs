namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>NdisReset: what a protocol asks for, all are told of.</summary>
public sealed unsafe class ResetTests
{
    [Fact]
    public void A_reset_that_a_protocol_asks_for_is_done_and_answered_and_every_protocol_hears_of_it()
    {
        using var bench = new MiniportBench();
        using Adapter adapter = bench.Start();
        using var asking = new TinyProtocol(bench.Ndis, adapter);
        using var other = new TinyProtocol(bench.Ndis, adapter);
        asking.SetFilter(NDIS_PACKET_TYPE_DIRECTED);
        Ask(asking);
        MiniportBench.Eventually(() => !asking.Resets.IsEmpty, "no answer");
        Assert.Equal([NDIS_STATUS_SUCCESS], asking.Resets);
        Assert.Empty(other.Resets);
        foreach (TinyProtocol protocol in new[] { asking, other })
            Assert.Equal([NDIS_STATUS_RESET_START, NDIS_STATUS_RESET_END], protocol.Statuses);
        Assert.Contains("Reset@DISPATCH_LEVEL", bench.Miniport.Calls);
        Assert.Equal(AdapterState.Running, adapter.State);
    }

    [Fact]
    public void A_reset_that_pends_aborts_what_is_in_flight_and_answers_all_who_asked()
    {
        using var bench = new MiniportBench();
        bench.Miniport.Send = _ => NDIS_STATUS_PENDING;
        bench.Miniport.Reset = () => NDIS_STATUS_PENDING;
        bench.Miniport.HandleInterrupt = () =>
        {
            bench.Machine.Line.Lower();
            NdisMResetComplete(bench.Miniport.Handle, NDIS_STATUS_SUCCESS, true);
        };
        using Adapter adapter = bench.Start();
        using var one = new TinyProtocol(bench.Ndis, adapter);
        using var two = new TinyProtocol(bench.Ndis, adapter);
        nint packet = one.NewPacket();
        one.Send(packet);
        Ask(one);
        Ask(two);
        // Behind both requests: an interrupt may come before what is queued, and would end the first reset
        // before the second one is asked for.
        using var bothAsked = new ManualResetEventSlim();
        Assert.True(adapter.Post(bothAsked.Set));
        Assert.True(bothAsked.Wait(MiniportBench.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(AdapterState.Resetting, adapter.State);
        Assert.Empty(one.Resets);
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => !one.Resets.IsEmpty && !two.Resets.IsEmpty, "no answer");
        Assert.Equal([(packet, NDIS_STATUS_REQUEST_ABORTED)], one.Sent);
        Assert.Single(bench.Miniport.Calls, call => call.StartsWith("Reset@", StringComparison.Ordinal));
        one.Run(() => NdisFreePacket((NDIS_PACKET*)packet));
    }

    [Fact]
    public void An_adapter_that_is_halted_while_it_is_reset_answers_that_the_reset_was_aborted()
    {
        using var bench = new MiniportBench();
        bench.Miniport.Reset = () => NDIS_STATUS_PENDING;
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        Ask(protocol);
        MiniportBench.Eventually(() => adapter.State == AdapterState.Resetting, "it is not reset");
        adapter.Halt();
        Assert.Equal([NDIS_STATUS_REQUEST_ABORTED], protocol.Resets);
    }

    private static void Ask(TinyProtocol protocol) => protocol.Run(() =>
    {
        NdisReset(out NDIS_STATUS status, protocol.Binding);
        Assert.Equal(NDIS_STATUS_PENDING, status);
    });
}
