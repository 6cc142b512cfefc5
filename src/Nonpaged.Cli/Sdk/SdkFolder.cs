using Nonpaged.Ndis.Native;

namespace Nonpaged.Cli;

/// <summary>Writes the folder that C is compiled against.</summary>
internal static class SdkFolder
{
    /// <summary>The environment variable with the path of the library.</summary>
    public const string LibraryVariable = "NONPAGED_LIBNDIS";

    /// <summary>Returns the folder's full path.</summary>
    /// <exception cref="CommandException">The library is missing, or the folder cannot be written.</exception>
    public static string Write(string folder)
    {
        string library = FindLibrary();
        string full = Path.GetFullPath(folder);
        try
        {
            string headers = Path.Combine(full, "include");
            SdkHeaders.Write(headers);
            // Where an older version wrote it, it hid a driver's own file of that name.
            File.Delete(Path.Combine(headers, "debug.h"));
            File.Copy(library, Path.Combine(full, "libndis.so"), overwrite: true);
            File.WriteAllText(Path.Combine(full, "ndis.pc"), PackageFile(full));
            return full;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                exception.Message, "the folder", "name a folder that may be written: nonpaged sdk ./sdk", FailureKind.Other);
        }
    }

    // -idirafter: a driver's own file of a name goes first.
    private static string PackageFile(string folder)
    {
        string escaped = Escape(folder);
        string flags = string.Join(' ', CompilerFlags.Common);
        return $"""
            Name: ndis
            Description: NDIS for C: headers for miniports, and libndis.so with the memory calls
            Version: {typeof(CallRecord).Assembly.GetName().Version?.ToString(3)}
            Cflags: -I{escaped}/include -idirafter {escaped}/include/{SdkHeaders.Last} {flags}
            Libs: -L{escaped} -Wl,-rpath,{escaped} -lndis

            """;
    }

    // pkg-config splits at spaces.
    private static string Escape(string path) => path.Replace(" ", "\\ ", StringComparison.Ordinal);

    private static string FindLibrary()
    {
        string? path = Environment.GetEnvironmentVariable(LibraryVariable);
        if (string.IsNullOrEmpty(path)) path = Path.Combine(AppContext.BaseDirectory, "libndis.so");
        return File.Exists(path) ? path : throw new CommandException(
            $"The library is not there: {path}.",
            $"the variable {LibraryVariable}, which names it; the script ./nonpaged builds it and sets the variable",
            "./nonpaged sdk ./sdk",
            FailureKind.Other);
    }
}
