using System.Runtime.InteropServices;
using Nonpaged.Cli;

namespace Nonpaged.Ndis.Host;

/// <summary>Loads a C miniport from a shared object.</summary>
internal static unsafe class SharedDriver
{
    private const string Entry = "DriverEntry";

    /// <exception cref="CommandException">It cannot be loaded: the reason names every import that is missing.</exception>
    public static MiniportDriver Load(string path)
    {
        var full = Path.GetFullPath(path);
        var name = Path.GetFileNameWithoutExtension(full);
        CurrentCall.SetDriver(name);
        CheckImports(full);
        nint library;
        try
        {
            library = NativeLibrary.Load(full);
        }
        catch (DllNotFoundException failure)
        {
            throw new CommandException($"{path} cannot be loaded: {failure.Message.Split('\n')[0]}", "what the dynamic linker takes", $"ldd {full}");
        }

        if (!NativeLibrary.TryGetExport(library, Entry, out var entry))
        {
            throw new CommandException(
                $"{path} has no {Entry}.", "a miniport's entry point", "compile it as C, or declare it extern \"C\", and do not hide it");
        }

        NdisInstance.CallSite = new CallSites(full).Here;
        var start = (delegate* unmanaged<void*, void*, NDIS_STATUS>)entry;
        return new MiniportDriver(name, (driver, registry) =>
        {
            using var function = DriverFunction.Enter(Entry);
            return start(driver, registry);
        }, []);
    }

    private static void CheckImports(string path)
    {
        ElfImports imports;
        try
        {
            imports = ElfImports.Read(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CommandException(failure.Message, "a miniport as a shared object", "cc -shared -fPIC $(pkg-config --cflags ndis) driver.c -o driver.so");
        }

        var places = new List<nint> { NativeLibrary.GetMainProgramHandle() };
        foreach (var library in imports.Libraries)
        {
            if (NativeLibrary.TryLoad(library, out var loaded)) places.Add(loaded);
        }

        var missing = imports.Symbols.Where(symbol => !places.Any(place => NativeLibrary.TryGetExport(place, symbol, out _))).Order(StringComparer.Ordinal).ToList();
        if (missing.Count == 0) return;
        throw new CommandException(
            $"{path} needs {(missing.Count == 1 ? "a function" : $"{missing.Count} functions")} that neither NDIS here nor its libraries have: {string.Join(", ", missing)}.",
            "the functions that docs/drivers.md lists",
            "link the library that has them, or compile the driver's other sources with it");
    }
}
