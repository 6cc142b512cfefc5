using Nonpaged.Interop;

namespace Nonpaged.Ndis.Host;

/// <summary>Finds where in a C driver a call of NDIS comes from.</summary>
internal static class CallSites
{
    // The functions of this program between the driver and here are fewer.
    private const int Depth = 24;

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

    private static string? Place()
    {
        Span<nint> addresses = stackalloc nint[Depth];
        int count = LibC.Backtrace(addresses);
        foreach (nint address in addresses[..count])
        {
            // The address is where the call returns to; the byte before it is the call's own.
            if (!LibC.DlAddr(address - 1, out LoadedPlace place)) continue;
            string name = Path.GetFileName(place.File);
            if (!s_files.Contains(name)) continue;
            string symbol = place.Symbol is null ? "" : $" ({place.Symbol}+0x{place.SymbolOffset:x})";
            return $"{name}+0x{place.Offset:x}{symbol}";
        }

        return null;
    }
}
