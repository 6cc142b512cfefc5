namespace Nonpaged.Verify;

/// <summary>
/// A device that is the other end of a virtual adapter's cable: a program reads what the driver sends, and writes what it is to
/// receive. Reads are always pending. Thread-safe.
/// </summary>
internal sealed class DeviceCable : ICable
{
    private const int Reads = 16;
    private const int Room = 2000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan s_halt = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly Queue<byte[]> _frames = [];
    private readonly DeviceProgram _program;
    private readonly Thread _reader;
    private int _wanted = Reads;
    private int _calls;
    private volatile bool _isHeld;
    private volatile bool _isOver;
    private (BehaviourRule Rule, string Message) _refusal = (BehaviourRule.WriteRefused, "The device is gone.");

    private DeviceCable(DeviceProgram program)
    {
        _program = program;
        _reader = new Thread(Read) { IsBackground = true, Name = "reads of a device" };
        _reader.Start();
    }

    public DeviceEntry Device => _program.Device;

    public (BehaviourRule Rule, string Message) Refusal => _refusal;

    /// <summary>Opens a device; null where that is not possible.</summary>
    public static DeviceCable? Open(VerifyBench bench, DeviceEntry device) =>
        DeviceProgram.Open(bench, device) is { } program ? new DeviceCable(program) : null;

    public bool Send(ReadOnlySpan<byte> frame, TimeSpan? patience = null)
    {
        if (!TryEnter()) return false;
        DeviceAsk ask = _program.Write(frame);
        Interlocked.Decrement(ref _calls);
        if (!ask.Answer.Wait(patience ?? s_patience))
        {
            _program.Cancel(ask);
            _refusal = (BehaviourRule.RequestNotCompleted("DispatchWrite"),
                $"A frame of {frame.Length} bytes was written to the device, and the write is not completed.");
            return false;
        }

        if ((int)ask.Answer.Result.Status >= 0) return true;
        _refusal = (BehaviourRule.WriteRefused,
            $"A frame of {frame.Length} bytes was written to the device, and refused: {ask.Answer.Result.Status}.");
        return false;
    }

    public byte[]? Receive(TimeSpan patience)
    {
        long end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        lock (_gate)
        {
            byte[]? frame;
            while (!_frames.TryDequeue(out frame))
            {
                long left = end - Environment.TickCount64;
                if (left <= 0) return null;
                Monitor.Wait(_gate, (int)left);
            }

            return frame;
        }
    }

    /// <summary>
    /// Asks for nothing more, until <see cref="Release"/>; what is pending stays. NDIS calls MiniportHalt beside dispatch
    /// functions that run, and few drivers are ready for that.
    /// </summary>
    public void Hold()
    {
        _isHeld = true;
        SpinWait.SpinUntil(() => Volatile.Read(ref _calls) == 0, s_halt);
    }

    public void Release()
    {
        lock (_gate)
        {
            _isHeld = false;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Closes the device, with reads pending.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }

        _program.Close();
    }

    // A thread of its own begins reads: where one is completed the driver is in the middle of something.
    private void Read()
    {
        while (true)
        {
            lock (_gate)
            {
                while ((_wanted == 0 || _isHeld) && !_isOver) Monitor.Wait(_gate);
                if (_isOver) return;
                _wanted--;
            }

            if (!TryEnter())
            {
                lock (_gate) _wanted++;
                continue;
            }

            _program.Read(Room, OnRead);
            Interlocked.Decrement(ref _calls);
        }
    }

    private bool TryEnter()
    {
        Interlocked.Increment(ref _calls);
        if (!_isHeld && !_isOver) return true;
        Interlocked.Decrement(ref _calls);
        return false;
    }

    private void OnRead(DeviceAnswer answer)
    {
        // One that failed is not tried again: the device is closed, or gone.
        if ((int)answer.Status < 0) return;
        lock (_gate)
        {
            _frames.Enqueue(answer.Bytes);
            _wanted++;
            Monitor.PulseAll(_gate);
        }
    }
}
