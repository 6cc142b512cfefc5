using System.Diagnostics;

namespace Nonpaged.Verify;

/// <summary>Initialize and halt, again and again, with a few frames now and then.</summary>
internal sealed class LifeExercise(int times) : Exercise
{
    private const int FramesEach = 25;

    // A driver that fails alike in each life has failed enough; one that waits long in each is not waited for.
    private const int MostFound = 100;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    public override bool Run(VerifyBench bench)
    {
        var clock = Stopwatch.StartNew();
        for (int time = 1; time <= times && bench.Found < MostFound && clock.Elapsed < s_limit; time++)
        {
            bool hasFrames = time % FramesEach == 1;
            if (time % FramesEach == 0) bench.Step($"life {time} of {times}");
            if (hasFrames) WithStation(bench, (adapter, station) => Exchange(bench, adapter, station));
            else if (!Live(bench, time)) return time > 1;
        }

        return true;
    }

    private static void Exchange(VerifyBench bench, Adapter adapter, Station station)
    {
        SetFilter(bench, station);
        var traffic = new Traffic(bench, adapter, station);
        traffic.Send([60, 600, 1514], 3);
        traffic.Receive([60, 600, 1514]);
    }

    private static bool Live(VerifyBench bench, int time)
    {
        if (bench.Start(out string? why) is not { } adapter)
        {
            bench.Break(BehaviourRule.Initialize, $"The driver did not come up the {Ordinal(time)} time: {why}");
            return false;
        }

        // A program opens each device, and has it open in every other life when the adapter is halted.
        foreach (DeviceEntry device in bench.Devices.All)
        {
            if (DeviceProgram.Open(bench, device) is not { } program) continue;
            if (time % 2 == 0) program.Read(100);
            if (time % 4 < 2) program.Close();
            else bench.Devices.Leave(program);
        }

        bench.End(adapter);
        return true;
    }

    private static string Ordinal(int number) => (number % 10, number % 100 / 10) switch
    {
        (1, not 1) => $"{number}st",
        (2, not 1) => $"{number}nd",
        (3, not 1) => $"{number}rd",
        _ => $"{number}th",
    };
}
