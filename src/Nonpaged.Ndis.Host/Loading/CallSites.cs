using Nonpaged.Interop;

namespace Nonpaged.Ndis.Host;

/// <summary>Finds where in a C driver a call of NDIS comes from.</summary>
internal static class CallSites
{
    // The functions of this program between the driver and here are fewer.
    private const int Depth = 40;

    // Replaced as a whole: calls of drivers that run look while another is loaded.
    private static volatile string[] s_files = [];

    /// <summary>A driver whose places are to be found.</summary>
    public static void Add(string path)
    {
        s_files = [.. s_files, Path.GetFileName(path)];
        NdisInstance.CallSite = Here;
    }

    /// <summary>
    /// The driver's function that NDIS called, and the place in the driver from which it calls now, as far as the stack
    /// tells.
    /// </summary>
    private static string? Here()
    {
        string? function = CurrentCall.Function;
        string? place = Place();
        return (function, place) switch
        {
            (null, null) => null,
            (null, _) => place,
            (_, null) => function,
            _ => $"{function}, {place}",
        };
    }

    private static string? Place() => Collect(1) is [var place] ? place.ToString() : null;

    /// <summary>The places in drivers that the thread's stack has, innermost first.</summary>
    public static IReadOnlyList<CodePlace> Stack() => Collect(int.MaxValue);

    private static List<CodePlace> Collect(int most)
    {
        Span<nint> addresses = stackalloc nint[Depth];
        int count = LibC.Backtrace(addresses);
        List<CodePlace> places = [];
        for (int index = 0; index < count && places.Count < most; index++)
        {
            // The address is where the call returns to; the byte before it is the call's own.
            if (Find(addresses[index] - 1) is { } place) places.Add(place);
        }

        return places;
    }

    /// <summary>Where in a driver a function begins; null where it is none of a driver.</summary>
    public static CodePlace? Find(nint address)
    {
        if (!LibC.DlAddr(address, out LoadedPlace place) || !s_files.Contains(Path.GetFileName(place.File))) return null;
        return new CodePlace(place.File, (ulong)place.Offset, place.Symbol)
        {
            SymbolOffset = place.Symbol is null ? 0 : (ulong)place.SymbolOffset,
        };
    }
}
