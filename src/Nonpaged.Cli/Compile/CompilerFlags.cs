namespace Nonpaged.Cli;

/// <summary>What makes gcc and clang compile a driver as Microsoft's compiler does.</summary>
internal static class CompilerFlags
{
    private static readonly string[] s_names =
        ["NONPAGED_DRIVER", "_WIN32=100", "_WIN64", "_AMD64_", "AMD64", "_M_AMD64=100", "_M_X64=100"];

    /// <summary>What a program needs, too: ndis.pc has these.</summary>
    public static IReadOnlyList<string> Common { get; } =
        ["-fshort-wchar", "-fms-extensions", "-Wno-multichar", "-Wno-unknown-pragmas"];

    public static IEnumerable<string> For(CompilerLine line)
    {
        foreach (string flag in Common) yield return flag;
        if (!line.HasCPlusPlus) yield return "-Werror=implicit-function-declaration";
        yield return "-fPIC";
        // Bit-fields of different types share no unit, aliasing is no reason to optimize, arithmetic wraps.
        yield return "-mms-bitfields";
        yield return "-fno-strict-aliasing";
        yield return "-fwrapv";
        // An inline function without "static" is in each object that has it, and the linker takes one.
        if (!line.HasCPlusPlus) yield return "-fgnu89-inline";
        if (line.Links) yield return "-Wl,-z,muldefs";
        if (line.Links && !line.IsShared) yield return "-shared";
        foreach (string name in s_names) yield return $"-D{name}";
    }

    /// <summary>
    /// Warnings that say nothing of such sources. After the command line's own, whose -Wall would turn them on.
    /// </summary>
    public static IEnumerable<string> Quiet(bool isClang, bool isWindowsModel)
    {
        foreach (string flag in Common.Where(flag => flag.StartsWith("-Wno", StringComparison.Ordinal))) yield return flag;
        // Formats are Windows' in any case, and int's are not long's here.
        if (isWindowsModel) yield return "-Wno-format";
        if (!isClang) yield break;
        yield return "-Wno-unused-command-line-argument";
        yield return "-Wno-microsoft";
        yield return "-Wno-invalid-token-paste";
        yield return "-Wno-pragma-pack";
        yield return "-Wno-ignored-attributes";
    }
}
