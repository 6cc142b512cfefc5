using System.Diagnostics;

namespace Nonpaged.Verify;

/// <summary>
/// What programs do with the devices of a driver: several at once, requests of every length, cancels, a queue that nobody
/// empties, control codes that there are not, and the halt while reads are pending. What the driver answers is its own matter;
/// that it answers is not.
/// </summary>
internal sealed class DeviceExercise(VerifyBench bench, Adapter adapter, Station station)
{
    private const int Room = 2000;
    private const int Crowd = 8;
    private const int MostQueued = 400;

    // Where frames are sent that nobody looks at.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    // A driver that answers late is not waited for in each part; a machine that is slow is.
    private const int MostLate = 4;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _late;

    private bool IsOver => _late >= MostLate || _clock.Elapsed > s_limit;

    public void Run()
    {
        bench.Step("device: closed with reads pending");
        bench.Devices.CloseCable();
        Send(Crowd);
        foreach (DeviceEntry device in bench.Devices.All)
        {
            Open(device);
            if (DeviceProgram.Open(bench, device) is not { } program) continue;
            List<(string Name, Action<DeviceProgram> Do)> parts =
            [
                ("cancels", Cancel), ("reads", Read), ("a full queue", FillQueue), ("writes", Write), ("controls", Control),
            ];
            foreach ((string name, Action<DeviceProgram> part) in parts)
            {
                if (IsOver) break;
                bench.Step($"device: {name}");
                part(program);
            }

            // After the controls the driver may be in any state.
            Send(Crowd);
            Await([program.Write(Frame(100))]);
            DrainQueue(program);
            for (int read = 0; read < Crowd; read++) program.Read(Room);
            bench.Devices.Leave(program);
        }
    }

    /// <summary>Two programs at once, where the driver allows it.</summary>
    private void Open(DeviceEntry device)
    {
        bench.Step("device: opens");
        for (int time = 0; time < 4; time++)
        {
            DeviceProgram?[] programs = [DeviceProgram.Open(bench, device), DeviceProgram.Open(bench, device)];
            programs[time % 2]?.Read(Room);
            foreach (DeviceProgram? program in programs) program?.Close();
        }
    }

    /// <summary>One alone, several in any order, and some while frames come.</summary>
    private void Cancel(DeviceProgram program)
    {
        DrainQueue(program);
        Cancel(program, [program.Read(Room)]);
        Cancel(program, Shuffled([.. Enumerable.Range(0, Crowd).Select(_ => program.Read(Room))]));
        DeviceAsk[] amid = Shuffled([.. Enumerable.Range(0, 2 * Crowd).Select(_ => program.Read(Room))]);
        var canceller = new Thread(() => Cancel(program, amid)) { IsBackground = true, Name = "cancels" };
        canceller.Start();
        Send(Crowd);
        canceller.Join(s_patience);
        Await(amid);
    }

    private static void Cancel(DeviceProgram program, DeviceAsk[] asks)
    {
        foreach (DeviceAsk ask in asks) program.Cancel(ask);
    }

    /// <summary>Of every length, for frames that are there and for frames that come.</summary>
    private void Read(DeviceProgram program)
    {
        foreach (bool isThere in (bool[])[true, false])
        {
            foreach (int length in (int[])[0, 1, 14, 100, Room])
            {
                if (isThere) Send(1);
                DeviceAsk ask = program.Read(length);
                if (!isThere) Send(1);
                if (!ask.Answer.IsCompleted) program.Cancel(ask);
                Await([ask]);
            }
        }
    }

    /// <summary>More frames than a driver keeps, and reads then.</summary>
    private void FillQueue(DeviceProgram program)
    {
        Send(MostQueued);
        DrainQueue(program);
    }

    private void Write(DeviceProgram program)
    {
        foreach (int length in (int[])[0, 1, 13, 14, 60, 1514, 1515, 5000])
        {
            DeviceAsk ask = program.Write(Frame(length));
            Await([ask]);
            program.Cancel(ask);
        }

        while (station.Take(TimeSpan.Zero) is not null)
        {
            // Nobody looks at these.
        }
    }

    /// <summary>
    /// Codes that the driver does not know, of all four methods, and then those as drivers make them by CTL_CODE: where one is
    /// not answered as what is unknown, with more and with less than the driver expects.
    /// </summary>
    private void Control(DeviceProgram program)
    {
        NTSTATUS?[] unknown = [.. ControlCodes.Unknown.Select(code => Control(program, code))];
        foreach (uint code in ControlCodes.Of(program.Device))
        {
            if (IsOver) return;
            DeviceAsk ask = program.Control(code, Number(64, 1), 64);
            Await([ask]);
            if (ask.Answer.IsCompleted && ask.Answer.Result.Status == unknown[code % ControlCodes.Methods]) continue;
            program.Cancel(ask);
            Control(program, code);
        }
    }

    /// <summary>Of every length; gives the last answer.</summary>
    private NTSTATUS? Control(DeviceProgram program, uint code)
    {
        DeviceAsk ask = program.Control(code, [], 0);
        foreach (int length in (int[])[1, 4, 64])
        {
            Await([program.Control(code, [], length), program.Control(code, Number(length, 1), length)]);
            // To the value that it has, to another one, and back.
            Await([
                program.Control(code, Number(length, 1), 0), program.Control(code, Number(length, 0), 0),
                ask = program.Control(code, Number(length, 1), 0),
            ]);
        }

        return ask.Answer.IsCompleted ? ask.Answer.Result.Status : null;
    }

    private static byte[] Number(int length, byte value)
    {
        byte[] bytes = new byte[length];
        bytes[0] = value;
        return bytes;
    }

    private void DrainQueue(DeviceProgram program)
    {
        for (int read = 0; read < 2 * MostQueued; read++)
        {
            DeviceAsk ask = program.Read(Room);
            if (ask.Answer.IsCompleted) continue;
            program.Cancel(ask);
            Await([ask]);
            return;
        }
    }

    private void Send(int frames)
    {
        for (int number = 0; number < frames && !IsOver; number++)
        {
            byte[] frame = Frame(bench.Random.Next(Traffic.Shortest, Traffic.Longest + 1));
            station.Send(frame, Traffic.Chain(bench.Random, frame.Length, 3));
            if (station.Outstanding > 64 && !AwaitSends()) return;
        }

        AwaitSends();
    }

    private byte[] Frame(int length)
    {
        byte[] frame = new byte[Math.Max(length, 14)];
        bench.Random.NextBytes(frame);
        (adapter.MacAddress?.ToArray() ?? [2, 0, 0, 0, 0, 0]).CopyTo(frame, 0);
        Traffic.MarkOld(frame);
        (frame[12], frame[13]) = (0x88, 0xb5);
        return frame[..length];
    }

    private DeviceAsk[] Shuffled(DeviceAsk[] asks)
    {
        bench.Random.Shuffle(asks);
        return asks;
    }

    private void Await(DeviceAsk[] asks)
    {
        if (!Task.WaitAll(asks.Select(ask => ask.Answer).ToArray(), s_patience)) _late++;
    }

    private bool AwaitSends()
    {
        bool areDone = station.AwaitSends(s_patience);
        if (!areDone) _late++;
        return areDone;
    }
}
