using System.Diagnostics;

namespace Nonpaged.Guest.Tests;

/// <summary>A driver in C, compiled here for a guest.</summary>
internal static class GuestDriver
{
    /// <summary>Compiles Drivers/NAME.c and puts it into a guest. Where it is there.</summary>
    public static async Task<string> PutAsync(Guest guest, string name, string option)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-driver-");
        try
        {
            string file = Path.Combine(folder.FullName, "driver.so");
            string source = Path.Combine(Root, "tests/Nonpaged.Guest.Tests/Drivers", $"{name}.c");
            Compile(["-shared", "-fPIC", "-s", "-Wall", "-Wextra", "-Werror", "-Wno-multichar", "-fshort-wchar",
                $"-I{Path.Combine(Root, "src/Nonpaged.Ndis.Native/include")}", option, source, "-o", file]);
            string path = $"/tmp/{name}.so";
            await guest.DoAsync($"echo {Convert.ToBase64String(await File.ReadAllBytesAsync(file))} | base64 -d >{path}");
            return path;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Root
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Nonpaged.slnx")))
                folder = Path.GetDirectoryName(folder);
            return folder ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }
    }

    private static void Compile(string[] arguments)
    {
        using Process compiler = Process.Start(new ProcessStartInfo("cc", arguments) { RedirectStandardError = true })!;
        string errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, errors);
    }
}
