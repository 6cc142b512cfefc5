using Nonpaged.Interop;

namespace Nonpaged.Ndis.Host;

/// <summary>Finds where in a C driver a call of NDIS comes from.</summary>
internal sealed class CallSites(string path)
{
    // The functions of this program between the driver and here are fewer.
    private const int Depth = 24;

    private readonly string _name = Path.GetFileName(path);

    /// <summary>
    /// The driver's function that NDIS called, and the place in the driver from which it calls now, as far as the stack
    /// tells.
    /// </summary>
    public string? Here()
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

    private string? Place()
    {
        Span<nint> addresses = stackalloc nint[Depth];
        int count = LibC.Backtrace(addresses);
        foreach (nint address in addresses[..count])
        {
            // The address is where the call returns to; the byte before it is the call's own.
            if (!LibC.DlAddr(address - 1, out LoadedPlace place) || Path.GetFileName(place.File) != _name) continue;
            string symbol = place.Symbol is null ? "" : $" ({place.Symbol}+0x{place.SymbolOffset:x})";
            return $"{_name}+0x{place.Offset:x}{symbol}";
        }

        return null;
    }
}
