namespace Nonpaged.Cli;

/// <summary>The kernel moves pages together, as it does by itself where it needs contiguous ones (vm.compact_memory).</summary>
internal sealed class Compaction() : HostAttack("compaction")
{
    private const string File = "/proc/sys/vm/compact_memory";
    private const int Times = 3;

    protected override Strike OnHost()
    {
        try
        {
            for (int i = 0; i < Times; i++) System.IO.File.WriteAllText(File, "1");
            return Strike.Done();
        }
        catch (UnauthorizedAccessException)
        {
            return Strike.Skipped($"skipped: needs root ({File})");
        }
        catch (IOException exception)
        {
            return Strike.Skipped($"skipped: {exception.Message}");
        }
    }
}
