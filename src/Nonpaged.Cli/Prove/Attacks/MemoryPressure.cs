namespace Nonpaged.Cli;

/// <summary>Much memory is filled, so that the kernel looks for pages to reclaim.</summary>
internal sealed class MemoryPressure() : HostAttack("pressure")
{
    protected override Strike OnHost()
    {
        using var filler = Filler.TryFill(Filler.Most);
        return filler is null
            ? Strike.Skipped("the host has no memory to fill")
            : Strike.Done($"{Size.Format(filler.Length)} filled");
    }
}
