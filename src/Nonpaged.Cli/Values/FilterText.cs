using System.Globalization;
using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>
/// Filters as people write them: <c>udp 53 or (vlan 100 and not tcp)</c>. "not" binds tighter than "and", that tighter than "or".
/// </summary>
internal sealed class FilterText
{
    private const string Conditions =
        "conditions are all, ipv4, ipv6, udp, udp PORT, tcp, tcp PORT, port PORT, ports FIRST-LAST, source port PORT, "
            + "source ports FIRST-LAST, vlan ID, ethertype NUMBER and protocol NUMBER, joined by and, or, not and parentheses";

    // A program for the kernel jumps by 16 bits, and this parser calls itself.
    private const int MostConditions = 256;
    private const int MostDepth = 64;

    private readonly string _option;
    private readonly FilterWord[] _words;
    private int _at;
    private int _conditions;
    private int _depth;

    private FilterText(string option, FilterWord[] words) => (_option, _words) = (option, words);

    private FilterWord Current => _words[_at];

    /// <summary>Reads a filter.</summary>
    /// <exception cref="CommandException">It is not written so; the failure names the word and its position.</exception>
    public static XdpFilter Parse(string option, string text)
    {
        var parser = new FilterText(option, [.. FilterWord.Split(text)]);
        XdpFilter filter = parser.ReadEither();
        return parser.Current.IsEnd ? filter : throw parser.Unexpected("\"and\", \"or\" or the end");
    }

    private XdpFilter ReadEither()
    {
        XdpFilter filter = ReadBoth();
        while (Takes("or")) filter |= ReadBoth();
        return filter;
    }

    private XdpFilter ReadBoth()
    {
        XdpFilter filter = ReadOne();
        while (Takes("and")) filter &= ReadOne();
        return filter;
    }

    private XdpFilter ReadOne()
    {
        if (++_depth > MostDepth) throw Refuse(Current, $"is nested more than {MostDepth} times");
        XdpFilter filter;
        if (Takes("not"))
        {
            filter = !ReadOne();
        }
        else if (Takes("("))
        {
            filter = ReadEither();
            if (!Takes(")")) throw Unexpected("\")\"");
        }
        else
        {
            filter = ReadCondition();
        }

        _depth--;
        return filter;
    }

    private XdpFilter ReadCondition()
    {
        FilterWord word = Current;
        if (++_conditions > MostConditions) throw Refuse(word, $"is a condition beyond the {MostConditions} that are allowed");
        if (Takes("all")) return XdpFilter.All;
        if (Takes("ipv4")) return XdpFilter.IPv4;
        if (Takes("ipv6")) return XdpFilter.IPv6;
        if (Takes("udp")) return Current.IsNumber ? XdpFilter.Udp(ReadPort()) : XdpFilter.Udp();
        if (Takes("tcp")) return Current.IsNumber ? XdpFilter.Tcp(ReadPort()) : XdpFilter.Tcp();
        if (Takes("port")) return XdpFilter.DestinationPort(ReadPort());
        if (Takes("ports")) return Ports(XdpFilter.DestinationPorts);
        if (Takes("source"))
        {
            if (Takes("port")) return XdpFilter.SourcePort(ReadPort());
            return Takes("ports") ? Ports(XdpFilter.SourcePorts) : throw Unexpected("\"port\" or \"ports\"");
        }

        if (Takes("vlan")) return XdpFilter.Vlan(ReadNumber("a VLAN's number", 0xfff));
        if (Takes("ethertype")) return XdpFilter.EtherType(ReadNumber("an EtherType", ushort.MaxValue));
        if (Takes("protocol")) return XdpFilter.Protocol(ReadNumber("an IP protocol's number", byte.MaxValue));
        throw Unexpected("a condition");
    }

    private XdpFilter Ports(Func<int, int, XdpFilter> create)
    {
        FilterWord word = Current;
        string[] ends = word.Text.Split('-');
        if (ends is not [var first, var last] || Number(first) is not { } least || Number(last) is not { } most
            || most > ushort.MaxValue || least > most)
        {
            throw Unexpected($"ports FIRST-LAST, up to {ushort.MaxValue}");
        }

        _at++;
        return create(least, most);
    }

    private int ReadPort() => ReadNumber("a port", ushort.MaxValue);

    private int ReadNumber(string what, int most)
    {
        if (Number(Current.Text) is not { } number || number > most) throw Unexpected($"{what}, 0 to {most}");
        _at++;
        return number;
    }

    private bool Takes(string word)
    {
        if (!Current.Is(word)) return false;
        _at++;
        return true;
    }

    private static int? Number(string text)
    {
        bool isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        NumberStyles style = isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return uint.TryParse(isHexadecimal ? text[2..] : text, style, CultureInfo.InvariantCulture, out uint number)
            && number <= int.MaxValue ? (int)number : null;
    }

    private CommandException Unexpected(string expected) => Refuse(Current, $"is not {expected}");

    private CommandException Refuse(FilterWord word, string why) => new(
        $"{_option}: {(word.IsEnd ? "the end" : $"'{word.Text}'")} at position {word.Position} {why}.",
        Conditions,
        $"write, say, {_option} \"udp 53 or (vlan 100 and not tcp)\"");
}
