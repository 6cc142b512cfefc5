using System.Globalization;

namespace Nonpaged.Machines.Qemu;

/// <summary>QEMU's network card as it is asked for: what it may be told, and what a driver finds.</summary>
internal static class QemuNic
{
    // The one network card of QEMU's that sits on the ISA bus (hw/net/ne2000-isa.c), with that file's defaults and
    // number of ports.
    private const string IsaModel = "ne2k_isa";
    private const uint DefaultPort = 0x300;
    private const uint DefaultInterrupt = 9;
    private const ushort Ports = 0x20;

    // ISA cards decode ten bits of a port's number; the lower half is the mainboard's.
    private const uint FirstPort = 0x200;
    private const uint LastPort = 0x3e0;

    // 0 to 2 are the timer, the keyboard and the cascade of the interrupt controllers, 8 the clock, 13 the coprocessor.
    private static readonly uint[] s_interrupts = [3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15];

    // What this machine says itself: it finds the card by them.
    private static readonly string[] s_own = ["netdev", "addr", "bus", "id"];

    public static bool IsIsa(string? model) => model == IsaModel;

    /// <summary>The value of -device: model, properties, and where the card is.</summary>
    public static string Device(QemuOptions options, string network, byte slot)
    {
        List<string> parts = [options.NicModel!, $"netdev={network}"];
        if (!IsIsa(options.NicModel))
        {
            parts.Add($"addr={slot}");
            // No option ROM: there is no CPU to run it.
            if (options.NicProperties.All(static one => one.Key != "romfile")) parts.Add("romfile=");
        }

        parts.AddRange(options.NicProperties.Select(static one => $"{one.Key}={QemuArguments.Escape(one.Value)}"));
        return string.Join(',', parts);
    }

    /// <summary>The card as a driver finds it; null where it is none of the ISA bus.</summary>
    public static IsaDevice? Isa(QemuOptions options) => IsIsa(options.NicModel)
        ? new IsaDevice((ushort)Number(options, "iobase", DefaultPort), Ports, Number(options, "irq", DefaultInterrupt))
        : null;

    /// <exception cref="ArgumentException">There is no such card.</exception>
    public static void Check(QemuOptions options)
    {
        if (options.NicModel is not { } model)
        {
            if (options.Peer || options.PcapFile is not null)
                throw Wrong("A machine without a network card has neither a peer nor traffic.");
            return;
        }

        if (model.Length == 0 || !model.All(IsNameCharacter))
            throw Wrong($"\"{model}\" is not the name of a QEMU device model: letters, digits, hyphen, underscore and dot.");
        foreach ((string? name, string _) in options.NicProperties)
        {
            if (name.Length == 0 || !name.All(IsNameCharacter))
                throw Wrong($"\"{name}\" is not the name of a property of {model}.");
            if (s_own.Contains(name))
                throw Wrong($"The property {name} of {model} is set by the machine itself, which finds the card by it.");
        }

        if (options.Peer && options.NicProperties.Any(static one => one.Key == "mac"))
        {
            throw Wrong("Two network cards on one hub cannot have one address: leave the property mac out, or set the driver's "
                + "NetworkAddress.");
        }

        if (!IsIsa(model)) return;
        if (options.Peer)
            throw Wrong($"Two {model} would have the same ports and interrupt: a peer is for cards of the PCI bus.");
        uint port = Number(options, "iobase", DefaultPort);
        if (port is < FirstPort or > LastPort || port % Ports != 0)
        {
            throw Wrong($"The property iobase of {model} is 0x{port:x}; a card of the ISA bus has its ports at a multiple of "
                + $"0x{Ports:x} from 0x{FirstPort:x} to 0x{LastPort:x}.");
        }

        uint interrupt = Number(options, "irq", DefaultInterrupt);
        if (!s_interrupts.Contains(interrupt))
        {
            throw Wrong($"The property irq of {model} is {interrupt}; interrupt lines for cards of the ISA bus are "
                + $"{string.Join(", ", s_interrupts)}.");
        }
    }

    private static uint Number(QemuOptions options, string name, uint standard)
    {
        // QEMU takes the last of several.
        if (options.NicProperties.LastOrDefault(one => one.Key == name).Value is not { } text) return standard;
        bool isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        NumberStyles style = isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return uint.TryParse(isHexadecimal ? text.AsSpan(2) : text, style, CultureInfo.InvariantCulture, out uint number)
            ? number
            : throw Wrong($"The property {name} of {options.NicModel} is a number, such as 0x{standard:x}, and not \"{text}\".");
    }

    private static bool IsNameCharacter(char one) => char.IsAsciiLetterOrDigit(one) || one is '-' or '_' or '.';

    private static ArgumentException Wrong(string reason) => new(reason);
}
