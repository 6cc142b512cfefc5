namespace Nonpaged;

/// <summary>Extents from the host, by the first rung of the ladder that gives one. Callers hold the pool's lock.</summary>
internal sealed class HostExtents(string pool) : IDisposable
{
    /// <summary>The size of the huge pages used: one page-table entry of the second level on x86-64 and arm64.</summary>
    public const int HugePage = 2 << 20;

    private readonly Rung[] _ladder = [new HugepagePoolRung(), new OnDemandHugepageRung(), new CollapsedRung(), new SmallPageRung()];
    private readonly PinTable _pins = new();

    /// <summary>Obtains an extent in which a request may be met, or says why not.</summary>
    public Extent? TryObtain(PageRequest request, out AllocationFailure? failure)
    {
        failure = null;
        nuint needed = request.Pages << Page.Shift;
        bool needsUnit = (request.Contiguous && request.Pages > 1) || request.Alignment > Page.Size;
        foreach (Rung rung in _ladder)
        {
            if (request.Protectable && rung.IsHugetlb) continue;
            if (needsUnit && rung.Unit == Page.Size) continue;
            // Extents of whole 2 MiB in every rung: a shorter one would only be followed by the next.
            nuint length = Page.RoundUp(nuint.Max(needed, request.Alignment), HugePage);
            if (rung.Check(length) is { } unavailable)
            {
                // What the last rung lacks is lacking everywhere; what the first ones lack is set-up.
                failure = unavailable;
                continue;
            }

            Extent? extent = rung.TryObtain(length, pool, _pins, out AllocationFailure? refused);
            if (extent is not null)
            {
                failure = null;
                return extent;
            }

            failure = refused;
        }

        return null;
    }

    public void Dispose() => _pins.Dispose();
}
