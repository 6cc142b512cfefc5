namespace Nonpaged.Verify;

/// <summary>Frames both ways between a station over the driver and the other end of its card's cable, each looked at.</summary>
internal sealed class Traffic(VerifyBench bench, Adapter adapter, Station station)
{
    public const int Shortest = 60;
    public const int Longest = 1514;
    private const int HeaderSize = 14;
    private const int Batch = 8;

    // A device model may take a second before it receives again (QEMU's e1000 after a write to RCTL).
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(6);

    // Where calls were made to fail, that frames do not come is no fault, and is not waited for.
    private static readonly TimeSpan s_shortPatience = TimeSpan.FromMilliseconds(300);

    private static readonly byte[] s_peer = [0x02, 0x00, 0x00, 0x00, 0x00, 0x01];
    private int _number;

    /// <summary>The source's address of frames that nobody waits for.</summary>
    private static ReadOnlySpan<byte> Old => [0x02, 0x00, 0x00, 0x00, 0x00, 0x00];

    /// <summary>A frame to an address that nobody waits for, of the greatest length; parts of it are frames as well.</summary>
    public static byte[] MakeOld(MacAddress to)
    {
        byte[] frame = new byte[Longest];
        to.ToArray().CopyTo(frame, 0);
        MarkOld(frame);
        (frame[12], frame[13]) = (0x88, 0xb5);
        return frame;
    }

    /// <summary>Makes a frame one that nobody waits for.</summary>
    public static void MarkOld(Span<byte> frame) => Old.CopyTo(frame[6..]);

    private static bool IsOld(ReadOnlySpan<byte> frame) => frame.Length >= HeaderSize && frame[6..12].SequenceEqual(Old);

    /// <summary>The rule that is broken where frames do not come; null for the one about them.</summary>
    public BehaviourRule? Rule { get; init; }

    /// <summary>Frames do not come out, or sends do not end: to wait for more would take long and tell nothing new.</summary>
    public bool IsSendingStuck { get; private set; }

    /// <summary>Frames that come are not indicated.</summary>
    public bool IsReceivingStuck { get; private set; }

    /// <summary>Frames that went over the wire as they should, out of the driver.</summary>
    public int Sent { get; private set; }

    /// <summary>Frames on the wire that are not of the exercise.</summary>
    public int Others { get; private set; }

    /// <summary>Frames that the driver indicated as they came.</summary>
    public int Received { get; private set; }

    /// <summary>The lengths from 14 on that are the edges of something, and some more.</summary>
    public static IEnumerable<int> SomeLengths(Random random, int more) =>
    [
        HeaderSize + 1, 42, 59, Shortest, Shortest + 1, 127, 128, 1513, Longest,
        .. Enumerable.Range(0, more).Select(_ => random.Next(HeaderSize + 1, Longest + 1)),
    ];

    /// <summary>A chain of buffers for a frame: one, or some of odd lengths. The first has the whole header.</summary>
    public static List<int> Chain(Random random, int length, int most)
    {
        if (most <= 1 || random.Next(3) == 0) return [length];
        int count = random.Next(2, most + 1);
        List<int> lengths = [HeaderSize];
        int left = length - HeaderSize;
        for (int part = 1; part < count && left > 1; part++)
        {
            int some = random.Next(1, Math.Max(2, Math.Min(left, (left * 2 / (count - part + 1)) + 1)));
            lengths.Add(some);
            left -= some;
        }

        if (left > 0) lengths.Add(left);
        return lengths;
    }

    /// <summary>Sends frames of such lengths, a few at a time, and looks at each on the wire.</summary>
    public void Send(IEnumerable<int> lengths, int chain)
    {
        if (IsSendingStuck) return;
        while (bench.Wire?.Receive(TimeSpan.Zero) is not null)
        {
            // What was sent before, and not looked at.
        }

        foreach (int[] batch in lengths.Chunk(Batch))
        {
            List<byte[]> frames = [];
            foreach (int length in batch)
            {
                byte[] frame = Make(length, s_peer, adapter.MacAddress?.ToArray() ?? s_peer);
                NDIS_STATUS status = station.Send(frame, Chain(bench.Random, length, chain));
                if (status is NDIS_STATUS_SUCCESS or NDIS_STATUS_PENDING) frames.Add(frame);
                else if (!bench.IsShort)
                    bench.Break(BehaviourRule.SendRefused,
                        $"A frame of {length} bytes was refused: {status.Describe()}; expected it to be sent.");
            }

            long failed = station.Failed;
            long served = adapter.Interrupts.Served;
            if (!station.AwaitSends(s_patience))
            {
                IsSendingStuck = true;
                string what = $"{station.Outstanding} of {batch.Length} packets are not completed after "
                    + $"{s_patience.TotalSeconds:0} s";
                if (adapter.Interrupts.Registered is not null && adapter.Interrupts.Served == served)
                    bench.Break(Rule ?? BehaviourRule.NoInterrupt, $"{what}, and the card has not interrupted since.");
                else
                    bench.Break(Rule ?? BehaviourRule.SendNotCompleted, $"{what}.");
                return;
            }

            if (station.Failed > failed && !bench.IsShort)
            {
                bench.Break(BehaviourRule.SendRefused,
                    $"{station.Failed - failed} packets of {string.Join(", ", batch)} bytes were completed with a failure.");
                return;
            }

            if (bench.Wire is null) Sent += frames.Count;
            else if (!frames.TrueForAll(SeeOnWire)) return;
        }
    }

    /// <summary>Sends frames of such lengths from the wire, and looks at each that the driver indicates.</summary>
    public void Receive(IEnumerable<int> lengths, byte[]? destination = null)
    {
        if (IsReceivingStuck || bench.Wire is not { } wire || adapter.MacAddress is not { } own) return;
        while (station.Take(TimeSpan.Zero) is not null)
        {
            // What came before is not asked for.
        }

        // A filter that was set.
        bench.AwaitWrites();
        foreach (int[] batch in lengths.Chunk(Batch))
        {
            List<byte[]> frames = [.. batch.Select(length =>
                Make(Math.Max(length, Shortest), destination ?? own.ToArray(), s_peer))];
            if (!frames.TrueForAll(frame => wire.Send(frame)))
            {
                IsReceivingStuck = true;
                (BehaviourRule rule, string why) = wire.Refusal;
                bench.Break(Rule ?? rule, why);
                return;
            }

            foreach (byte[] frame in frames)
            {
                if (!SeeIndicated(frame)) return;
            }

            if (station.Take(TimeSpan.Zero) is { } again)
            {
                bench.Break(BehaviourRule.ReceiveTwice,
                    $"After {frames.Count} frames had come, the driver indicated one more, of {again.Length} bytes.",
                    station.IndicatedAt);
                return;
            }
        }
    }

    /// <summary>The next frame on the wire that is one of ours; null where none comes.</summary>
    public byte[]? TakeFromWire(TimeSpan patience)
    {
        while (bench.Wire?.Receive(patience) is { } frame)
        {
            // Drivers above may send of their own accord, and what was sent under load may come out late.
            bool isOwn = frame.Length < HeaderSize || (frame[12], frame[13]) == (0x88, 0xb5);
            if (isOwn && !IsOld(frame)) return frame;
            Others++;
        }

        return null;
    }

    private TimeSpan Patience => bench.IsShort ? s_shortPatience : s_patience;

    private bool SeeOnWire(byte[] frame)
    {
        byte[]? seen = TakeFromWire(Patience);
        if (seen is null)
        {
            IsSendingStuck = true;
            if (!bench.IsShort)
                bench.Break(Rule ?? BehaviourRule.SendLost,
                    $"A frame of {frame.Length} bytes was completed with success and is not on the wire after "
                        + $"{s_patience.TotalSeconds:0} s.");
            return false;
        }

        int expected = Math.Max(frame.Length, Shortest);
        if (seen.Length != frame.Length && seen.Length != expected)
        {
            bench.Break(BehaviourRule.SendChanged, $"A frame of {frame.Length} bytes is {seen.Length} bytes on the wire.");
            return false;
        }

        if (seen.Length < Shortest && bench.IsPaddingSeen)
        {
            bench.Break(BehaviourRule.Padding,
                $"A frame of {frame.Length} bytes is {seen.Length} bytes on the wire: Ethernet's shortest is {Shortest}, and "
                    + "neither "
                    + "the driver nor the card pads it.");
            return false;
        }

        int same = seen.AsSpan().CommonPrefixLength(frame);
        if (same < frame.Length)
        {
            bench.Break(BehaviourRule.SendChanged,
                $"Byte {same} of a frame of {frame.Length} bytes is 0x{seen[same]:x2} on the wire; it was sent as "
                    + $"0x{frame[same]:x2}.");
            return false;
        }

        if (seen.AsSpan(frame.Length).IndexOfAnyExcept((byte)0) >= 0)
        {
            bench.Break(BehaviourRule.Padding,
                $"A frame of {frame.Length} bytes is padded to {seen.Length} by bytes that are not 0.");
            return false;
        }

        Sent++;
        return true;
    }

    private bool SeeIndicated(byte[] frame)
    {
        byte[]? seen = station.Take(Patience);
        // A card may still have what came before the exercise.
        while (seen is not null && seen.AsSpan().StartsWith(frame.AsSpan(0, 6)) && seen.AsSpan(6).StartsWith(Old))
            seen = station.Take(Patience);
        if (seen is null)
        {
            IsReceivingStuck = true;
            if (!bench.IsShort)
                bench.Break(Rule ?? BehaviourRule.ReceiveLost,
                    $"A frame of {frame.Length} bytes to {new MacAddress(frame.AsSpan(0, 6))} came, and was not indicated after "
                        + $"{s_patience.TotalSeconds:0} s.");
            return false;
        }

        int same = seen.AsSpan().CommonPrefixLength(frame);
        if (same < frame.Length)
        {
            // A frame that came was dropped for want of what could not be allocated, and this is the next.
            if (bench.IsShort && same < HeaderSize + sizeof(ushort)) return false;
            string how = same == seen.Length ? $"has {seen.Length} bytes"
                : $"has 0x{seen[same]:x2} as byte {same}, which came as 0x{frame[same]:x2}";
            bench.Break(Rule ?? BehaviourRule.ReceiveChanged, $"A frame of {frame.Length} bytes was indicated, and {how}.",
                station.IndicatedAt);
            return false;
        }

        // Some cards count the check sequence of four bytes, and padding is the sender's.
        if (seen.Length > frame.Length)
        {
            bench.Break(BehaviourRule.ReceiveChanged,
                $"A frame of {frame.Length} bytes was indicated with {seen.Length} bytes.", station.IndicatedAt);
            return false;
        }

        Received++;
        return true;
    }

    /// <summary>A frame whose bytes are told apart from those of others: EtherType 0x88b5, for experiments (IEEE 802).</summary>
    private byte[] Make(int length, byte[] to, byte[] from)
    {
        byte[] frame = new byte[length];
        new Random(bench.Random.Next()).NextBytes(frame);
        to.CopyTo(frame, 0);
        from.CopyTo(frame, 6);
        (frame[12], frame[13]) = (0x88, 0xb5);
        if (length > 16) BitConverter.TryWriteBytes(frame.AsSpan(14), (ushort)_number++);
        return frame;
    }
}
