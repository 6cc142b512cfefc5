using System.Collections.Concurrent;

namespace Nonpaged.Verify;

/// <summary>
/// A program that has a device of the driver open. It calls the driver on the calling thread, as the system does, and a driver
/// may complete what it asks for on any. Thread-safe.
/// </summary>
internal sealed class DeviceProgram
{
    // A driver that never completes a request must not keep the run.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<ulong, Action<DeviceAnswer>> _asked = new();
    private readonly VerifyBench _bench;
    private OpenFile? _file;
    private long _asks;
    private int _isClosed;

    private DeviceProgram(VerifyBench bench, DeviceEntry device)
    {
        _bench = bench;
        Device = device;
    }

    public DeviceEntry Device { get; }

    /// <summary>Opens a device; null where its driver refuses, or does not answer.</summary>
    public static DeviceProgram? Open(VerifyBench bench, DeviceEntry device)
    {
        var program = new DeviceProgram(bench, device);
        bool isAnswered = Within(() =>
        {
            OpenFile.Open(bench.Instance.Devices, device.Name!, program.OnCompleted, out OpenFile? file);
            program._file = file;
        });
        if (!isAnswered)
            bench.Break(BehaviourRule.RequestNotCompleted("DispatchCreate"), "A program opens the device, and has no answer "
                + $"after {s_patience.TotalSeconds:0} s.");
        return isAnswered && program._file is not null ? program : null;
    }

    public DeviceAsk Read(int length) => Ask(new IoTransfer { Major = IrpMajor.Read, Output = (uint)length });

    public DeviceAsk Write(ReadOnlySpan<byte> bytes) => Ask(new IoTransfer { Major = IrpMajor.Write, Input = bytes });

    public DeviceAsk Control(uint code, ReadOnlySpan<byte> input, int room) =>
        Ask(new IoTransfer { Major = IrpMajor.DeviceControl, Code = code, Input = input, Output = (uint)room });

    /// <summary>Reads, and has the answer called with what comes, on the thread that completes it.</summary>
    public void Read(int length, Action<DeviceAnswer> answer) =>
        Begin(new IoTransfer { Major = IrpMajor.Read, Output = (uint)length }, answer);

    /// <summary>Cancels what has no answer yet.</summary>
    public void Cancel(DeviceAsk ask) => _file!.Cancel(ask.Id);

    /// <summary>
    /// Ends it: what has no answer yet is cancelled, and the driver must complete that (WDK, "Canceling IRPs").
    /// </summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0 || Within(_file!.Close)) return;
        int left = _asked.Count;
        string handler = left > 0 ? "DispatchRead" : "DispatchClose";
        _bench.Break(BehaviourRule.RequestNotCompleted(handler), left > 0
            ? $"A program closed the device, which cancels its requests, and {left} of them are not completed after "
                + $"{s_patience.TotalSeconds:0} s."
            : $"A program closed the device, and the driver has not completed that after {s_patience.TotalSeconds:0} s.");
    }

    private static bool Within(Action work)
    {
        var thread = new Thread(() => work()) { IsBackground = true, Name = "program" };
        thread.Start();
        return thread.Join(s_patience);
    }

    private DeviceAsk Ask(IoTransfer transfer)
    {
        var answer = new TaskCompletionSource<DeviceAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        return new DeviceAsk(Begin(transfer, one => answer.TrySetResult(one)), answer.Task);
    }

    private ulong Begin(in IoTransfer transfer, Action<DeviceAnswer> answer)
    {
        ulong id = (ulong)Interlocked.Increment(ref _asks);
        _asked[id] = answer;
        _file!.TryBegin(new IoTransfer
        {
            Major = transfer.Major,
            Id = id,
            Code = transfer.Code,
            Input = transfer.Input,
            Output = transfer.Output,
        });
        return id;
    }

    private void OnCompleted(IoPacket packet)
    {
        if (!_asked.TryRemove(packet.Id, out Action<DeviceAnswer>? answer)) return;
        bool isError = (uint)packet.Status >> 30 == 3;
        answer(new DeviceAnswer(packet.Status, isError ? [] : packet.Buffers.Output(packet.Information).ToArray()));
    }
}
