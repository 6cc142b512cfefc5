namespace Nonpaged.Cli;

/// <summary>The program that does runs.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Arguments">What comes before the command.</param>
/// <param name="Drivers">The files of the C drivers.</param>
internal sealed record VerifyProgram(string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Drivers)
{
    /// <summary>That of the drivers; null where they were compiled for none.</summary>
    public Sanitizer? Sanitizer { get; private init; }

    /// <exception cref="CommandException">The program that runs C drivers is not there.</exception>
    public static VerifyProgram Choose(RunRequest request)
    {
        if (request.DriverFile is { } file)
        {
            string[] drivers = [.. request.Over.Prepend(file).Where(one => !StackOptions.IsOwn(one))];
            string program = DriverHost.FindProgram(request, "verify");
            return new VerifyProgram(program, [], drivers) { Sanitizer = Sanitizer.Of(drivers) };
        }

        // This one: by itself, or as the runtime's host was given it.
        string own = Environment.ProcessPath!;
        string library = System.IO.Path.Combine(AppContext.BaseDirectory, "Nonpaged.Cli.dll");
        bool isHosted = System.IO.Path.GetFileNameWithoutExtension(own) == "dotnet";
        return new VerifyProgram(own, isHosted ? [library] : [], []);
    }
}
