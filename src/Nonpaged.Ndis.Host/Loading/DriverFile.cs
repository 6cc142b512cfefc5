using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Nonpaged.Cli;

namespace Nonpaged.Ndis.Host;

/// <summary>
/// Whether a file is a shared object for this machine (System V ABI, "ELF Header"), and what else it may be.
/// </summary>
internal static class DriverFile
{
    /// <summary>How a driver is built.</summary>
    public const string Build = "cc -shared -fPIC $(pkg-config --cflags ndis) driver.c -o driver.so";

    private const int HeaderLength = 64;
    private const byte Class64 = 2;
    private const ushort TypeObject = 1;
    private const ushort TypeShared = 3;
    private const ushort MachineX64 = 62;
    private const ushort MachineArm64 = 183;

    private static readonly Dictionary<ushort, string> s_machines = new()
    {
        [3] = "x86 (32 bits)",
        [40] = "ARM (32 bits)",
        [MachineX64] = "x86-64",
        [MachineArm64] = "AArch64",
        [8] = "MIPS",
        [42] = "SuperH",
        [243] = "RISC-V",
    };

    /// <summary>Why it cannot be loaded; null where the header tells nothing against it.</summary>
    public static CommandException? Refuse(string path, ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("MZ"u8))
            return new CommandException($"{path} is a driver or program of Windows (PE).",
                "a shared object of Linux (ELF), compiled from the driver's sources", Build);
        if (file.StartsWith("!<arch>"u8))
            return new CommandException($"{path} is an archive of object files.", "a shared object",
                $"cc -shared -Wl,--whole-archive {path} -Wl,--no-whole-archive -o driver.so");
        if (file.Length < HeaderLength || !file.StartsWith("\u007fELF"u8))
        {
            string what = path.EndsWith(".c", StringComparison.OrdinalIgnoreCase) ? "a source, and not compiled"
                : "not a shared object (ELF)";
            return new CommandException($"{path} is {what}.", "a driver as a shared object", Build);
        }

        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(file[18..]);
        ushort own = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? MachineArm64 : MachineX64;
        if (file[4] != Class64 || machine != own)
        {
            return new CommandException(
                $"{path} is for {s_machines.GetValueOrDefault(machine, $"another processor (ELF machine {machine})")}, "
                    + $"and this program for {s_machines[own]}.",
                "one process, which has code of one processor", Build);
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(file[16..]) switch
        {
            TypeShared => null,
            TypeObject => new CommandException($"{path} is an object file, and not linked.", "a shared object",
                $"cc -shared {path} -o driver.so"),
            _ => new CommandException($"{path} is a program.", "a shared object", Build),
        };
    }
}
