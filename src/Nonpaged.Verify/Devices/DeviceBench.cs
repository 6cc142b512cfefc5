namespace Nonpaged.Verify;

/// <summary>The devices that the driver of a bench made, and the programs that have them open.</summary>
internal sealed class DeviceBench(VerifyBench bench)
{
    private const int ProbeLength = 100;
    private const int MostOthers = 20;

    private static readonly TimeSpan s_probe = TimeSpan.FromMilliseconds(300);

    private readonly Lock _gate = new();
    private readonly List<DeviceProgram> _left = [];
    private readonly Dictionary<string, nint> _functions = [];
    private DeviceCable? _cable;

    /// <summary>Those that a program can open.</summary>
    public IReadOnlyList<DeviceEntry> All => bench.Instance.Devices.Named;

    /// <summary>
    /// The device that is the other end of the adapter's cable; null where none is. A driver that was started again has another
    /// one of the same name.
    /// </summary>
    public ICable? Cable
    {
        get
        {
            lock (_gate)
            {
                if (_cable is not { } cable || !cable.Device.IsGone) return _cable;
                if (All.FirstOrDefault(one => one.Name == cable.Device.Name) is not { } again) return null;
                cable.Close();
                return _cable = DeviceCable.Open(bench, again);
            }
        }
    }

    /// <summary>Where the driver's function for a kind of request is, by NDIS's name; 0 for none.</summary>
    public nint FunctionOf(string name) => _functions.GetValueOrDefault(name);

    /// <summary>
    /// Looks for a device that is the other end of the cable: a frame that a protocol sends is what a program reads.
    /// </summary>
    public void FindCable(Adapter adapter, Station station)
    {
        foreach (DeviceEntry device in All)
        {
            foreach (IrpMajor major in Enum.GetValues<IrpMajor>())
                _functions[DriverFunctionNames.Dispatch((byte)major)] = device.FunctionFor((byte)major);
            if (bench.Machine.Wire is not null || DeviceCable.Open(bench, device) is not { } cable) continue;
            if (IsCable(cable, adapter, station))
            {
                lock (_gate) _cable = cable;
                return;
            }

            cable.Close();
        }
    }

    /// <summary>The program at the cable's end asks for nothing more while the adapter ends or sleeps.</summary>
    public void Hold()
    {
        lock (_gate) _cable?.Hold();
    }

    /// <summary>The adapter goes on.</summary>
    public void Release()
    {
        lock (_gate) _cable?.Release();
    }

    /// <summary>The cable is pulled out: its program closes the device.</summary>
    public void CloseCable()
    {
        DeviceCable? cable;
        lock (_gate) (cable, _cable) = (_cable, null);
        cable?.Close();
    }

    /// <summary>A program has the device open until the adapter has been halted.</summary>
    public void Leave(DeviceProgram program) => _left.Add(program);

    /// <summary>The adapter has been halted: what programs had asked for has been completed.</summary>
    public void End()
    {
        CloseCable();
        foreach (DeviceProgram program in _left) program.Close();
        _left.Clear();
    }

    // The header is enough: that the rest is right is for the exercises.
    private static bool IsCable(DeviceCable cable, Adapter adapter, Station station)
    {
        byte[] frame = new byte[ProbeLength];
        byte[] own = adapter.MacAddress?.ToArray() ?? [2, 0, 0, 0, 0, 0];
        (frame[0], frame[5], frame[12], frame[13]) = (2, 1, 0x88, 0xb5);
        own.CopyTo(frame, 6);
        station.Send(frame, [frame.Length]);
        for (int others = 0; others < MostOthers; others++)
        {
            if (cable.Receive(s_probe) is not { } seen) return false;
            if (seen.AsSpan().StartsWith(frame.AsSpan(0, 14))) return true;
        }

        return false;
    }
}
