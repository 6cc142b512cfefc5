using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using CsCheck;

namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>Packets that a miniport indicates, and protocols keep, and sends that are cancelled.</summary>
public sealed unsafe class KeptPacketTests
{
    private static readonly byte[] s_frame = [.. TinyMiniport.Address, 2, 0, 0, 0, 0, 9, 8, 0, .. new byte[46]];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_packet_is_the_miniports_again_with_the_last_return_of_all_who_kept_it(bool isDeserialized) =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Bool, Gen.Bool).Sample(
            (first, second, isEarly, isElsewhere) =>
            {
                using var bench = new KeepingBench(isDeserialized);
                int early = 0;
                bench.Open(packet =>
                {
                    // A protocol may give a packet back before it has said that it keeps it.
                    if (isEarly && first > 0 && Interlocked.Exchange(ref early, 1) == 0) bench.Return(packet, isElsewhere);
                    return first;
                });
                bench.Open(_ => second);
                bench.Indicate();
                int owed = first + second - early;
                for (int left = owed; left > 0; left--)
                {
                    Assert.Empty(bench.Returned);
                    bench.Return(bench.Packet, isElsewhere);
                }

                bool comesBack = isDeserialized || owed > 0;
                if (comesBack) MiniportBench.Eventually(() => bench.Returned.Count == 1, "the packet does not come back");
                Assert.Equal(comesBack ? [bench.Packet] : [], bench.Returned);
                if (!comesBack) Assert.NotEqual(NDIS_STATUS_PENDING, NDIS_GET_PACKET_STATUS((NDIS_PACKET*)bench.Packet));
                Assert.Empty(bench.Ndis.Reports);
                bench.Return(bench.Packet, isElsewhere);
                Assert.Equal("NdisReturnPackets", Assert.Single(bench.Ndis.Reports).Call);
            },
            iter: 20);

    [Fact]
    public void A_packet_that_may_not_be_kept_goes_to_the_receive_function_which_sees_that_it_is_one()
    {
        using var bench = new KeepingBench(isDeserialized: true);
        TinyProtocol protocol = bench.Open(_ => 1);
        nint seen = 0, elsewhere = -1;
        protocol.Receive = (receive, _) =>
        {
            seen = (nint)NdisGetReceivedPacket(protocol.Binding, receive);
            elsewhere = (nint)NdisGetReceivedPacket(protocol.Binding, new NDIS_HANDLE(4711));
        };
        bench.Indicate(NDIS_STATUS_RESOURCES);
        Assert.Equal(bench.Packet, seen);
        Assert.Equal(0, elsewhere);
        Assert.Empty(bench.Returned);
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void Packets_that_are_kept_beyond_the_halt_are_a_leak()
    {
        using var bench = new KeepingBench(isDeserialized: true);
        bench.Open(_ => 1);
        bench.Indicate();
        bench.Adapter.Halt();
        Assert.Contains("kept 1 of its packets", Assert.Single(bench.Ndis.Leaks).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancel_takes_what_is_queued_and_asks_the_miniport_for_what_it_has()
    {
        using var bench = new MiniportBench();
        nint asked = 0;
        bool isFull = false;
        var taken = new ConcurrentQueue<nint>();
        bench.Miniport.Characteristics.CancelSendPacketsHandler = (_, id) => asked = (nint)id;
        bench.Miniport.Send = packet =>
        {
            if (isFull) return NDIS_STATUS_RESOURCES;
            taken.Enqueue(packet);
            return NDIS_STATUS_PENDING;
        };
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        nint[] packets = [.. Enumerable.Range(0, 10).Select(_ => protocol.NewPacket())];
        protocol.Send(packets[0]);
        MiniportBench.Eventually(() => taken.Contains(packets[0]), "no send");
        isFull = true;
        foreach (nint packet in packets[1..])
        {
            NDIS_SET_PACKET_CANCEL_ID((NDIS_PACKET*)packet, (void*)(packet == packets[5] ? 9 : 7));
            protocol.Send(packet);
        }

        protocol.Run(() => NdisCancelSendPackets(protocol.Binding, (void*)7));
        MiniportBench.Eventually(() => asked == 7, "the miniport is not asked");
        Assert.Equal(
            packets[1..].Where(packet => packet != packets[5]).Select(packet => (packet, NDIS_STATUS_REQUEST_ABORTED)),
            protocol.Sent);
        isFull = false;
        bench.Ndis.Run(new Driver("elsewhere", DriverKind.Miniport), () =>
            NdisMSendComplete(bench.Miniport.Handle, (NDIS_PACKET*)packets[0], NDIS_STATUS_SUCCESS));
        MiniportBench.Eventually(() => taken.Contains(packets[5]), "stuck");
        bench.Ndis.Run(new Driver("elsewhere", DriverKind.Miniport), () =>
            NdisMSendComplete(bench.Miniport.Handle, (NDIS_PACKET*)packets[5], NDIS_STATUS_SUCCESS));
        MiniportBench.Eventually(() => protocol.Sent.Count == packets.Length, "not all packets came back");
        protocol.Run(() =>
        {
            foreach (nint packet in packets) NdisFreePacket((NDIS_PACKET*)packet);
        });
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void A_partial_cancel_identifier_is_never_0()
    {
        using var bench = new MiniportBench();
        byte[] numbers = new byte[600];
        bench.Ndis.Run(new Driver("any", DriverKind.Protocol), () =>
        {
            for (int index = 0; index < numbers.Length; index++) numbers[index] = NdisGeneratePartialCancelId();
        });
        Assert.DoesNotContain((byte)0, numbers);
        Assert.Equal(255, numbers.Distinct().Count());
    }

    /// <summary>A miniport that indicates one packet, and protocols that keep it.</summary>
    private sealed class KeepingBench : IDisposable
    {
        private readonly MiniportBench _bench = new();
        private readonly List<TinyProtocol> _protocols = [];
        private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed((nuint)s_frame.Length);
        private int _indicated;

        public KeepingBench(bool isDeserialized)
        {
            _bench.Miniport.Characteristics.ReturnPacketHandler = (_, back) => Returned.Add((nint)back);
            _bench.Miniport.InInitialize = (adapter, _) =>
            {
                NDIS_STATUS status = _bench.Miniport.Claim(adapter);
                uint flags = NDIS_ATTRIBUTE_BUS_MASTER | (isDeserialized ? NDIS_ATTRIBUTE_DESERIALIZE : 0);
                NdisMSetAttributesEx(adapter, _bench.Miniport.Context, 1, flags, NDIS_INTERFACE_TYPE.NdisInterfacePci);
                return status;
            };
            _bench.Miniport.HandleInterrupt = () =>
            {
                _bench.Machine.Line.Lower();
                var one = (NDIS_PACKET*)Packet;
                NdisMIndicateReceivePacket(_bench.Miniport.Handle, &one, 1);
                Interlocked.Increment(ref _indicated);
            };
            Adapter = _bench.Start();
        }

        public Adapter Adapter { get; }

        public NdisInstance Ndis => _bench.Ndis;

        public List<nint> Returned { get; } = [];

        public nint Packet { get; private set; }

        public TinyProtocol Open(Func<nint, int> keep)
        {
            var protocol = new TinyProtocol(
                Ndis, Adapter, change: one => one.ReceivePacketHandler = (_, packet) => keep((nint)packet));
            _protocols.Add(protocol);
            protocol.SetFilter(NDIS_PACKET_TYPE_DIRECTED);
            return protocol;
        }

        public void Indicate(NDIS_STATUS status = NDIS_STATUS_SUCCESS)
        {
            TinyProtocol protocol = _protocols[0];
            Packet = protocol.NewPacket();
            s_frame.CopyTo(new Span<byte>(_memory, s_frame.Length));
            protocol.Run(() =>
            {
                NdisAllocateBufferPool(out NDIS_STATUS _, out NDIS_HANDLE pool, 1);
                NdisAllocateBuffer(out NDIS_STATUS _, out NDIS_BUFFER* buffer, pool, _memory, (uint)s_frame.Length);
                NdisChainBufferAtFront((NDIS_PACKET*)Packet, buffer);
                NDIS_SET_PACKET_STATUS((NDIS_PACKET*)Packet, status);
            });
            _bench.Machine.Line.Raise();
            MiniportBench.Eventually(() => Volatile.Read(ref _indicated) == 1, "the packet is not indicated");
        }

        public void Return(nint packet, bool isElsewhere)
        {
            void Give() => _protocols[0].Run(() =>
            {
                var one = (NDIS_PACKET*)packet;
                NdisReturnPackets(&one, 1);
            });
            if (!isElsewhere)
            {
                Give();
                return;
            }

            var thread = new Thread(Give);
            thread.Start();
            thread.Join();
        }

        public void Dispose()
        {
            Adapter.Halt();
            foreach (TinyProtocol protocol in _protocols) protocol.Dispose();
            _bench.Dispose();
            NativeMemory.Free(_memory);
        }
    }
}
