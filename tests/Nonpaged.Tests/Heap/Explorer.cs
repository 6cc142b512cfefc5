namespace Nonpaged.Tests.Heap;

/// <summary>
/// Runs a story by every schedule that takes the processor from a thread that could go on at most so often, depth first
/// (Musuvathi and Qadeer, "Iterative Context Bounding", PLDI 2007). The same stories make the same schedules in the same order.
/// </summary>
internal static class Explorer
{
    private const long BytesBetweenCollections = 32 << 20;

    /// <summary>
    /// Throws what the first schedule that goes wrong throws, with its choices. How many schedules there
    /// were, and the most points of one.
    /// </summary>
    public static (int Schedules, int Points) Explore(Func<Story> begin, int preemptions)
    {
        var prefix = new List<int>();
        int count = 0;
        int points = 0;
        long collected = 0;
        try
        {
            while (true)
            {
                Quiet(ref collected);
                using var schedule = new Schedule(prefix, preemptions);
                count++;
                try
                {
                    using Story story = begin();
                    schedule.Run(story.Threads);
                    story.Check();
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException(
                        $"Schedule {count} ({string.Join(' ', schedule.Choices.Select(choice => choice.Chosen))}): "
                            + $"{exception.Message}", exception);
                }

                points = int.Max(points, schedule.Points);
                if (!Advance(prefix, schedule.Choices)) return (count, points);
            }
        }
        finally
        {
            if (System.Runtime.GCSettings.LatencyMode == System.Runtime.GCLatencyMode.NoGCRegion) GC.EndNoGCRegion();
        }
    }

    /// <summary>The next choices in the order of the search; false behind the last.</summary>
    private static bool Advance(List<int> prefix, IReadOnlyList<(int Chosen, int Options)> choices)
    {
        int last = choices.Count - 1;
        while (last >= 0 && choices[last].Chosen + 1 == choices[last].Options) last--;
        if (last < 0) return false;
        prefix.Clear();
        prefix.AddRange(choices.Take(last).Select(choice => choice.Chosen));
        prefix.Add(choices[last].Chosen + 1);
        return true;
    }

    /// <summary>
    /// The end of a thread is told by the garbage collector too, on a thread that no schedule has:
    /// it runs between schedules only.
    /// </summary>
    private static void Quiet(ref long collected)
    {
        long allocated = GC.GetTotalAllocatedBytes();
        bool isQuiet = System.Runtime.GCSettings.LatencyMode == System.Runtime.GCLatencyMode.NoGCRegion;
        if (isQuiet && allocated - collected < BytesBetweenCollections) return;
        if (isQuiet) GC.EndNoGCRegion();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.TryStartNoGCRegion(BytesBetweenCollections * 2);
        collected = allocated;
    }
}
