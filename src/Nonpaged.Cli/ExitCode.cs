namespace Nonpaged.Cli;

/// <summary>What the program's exit code tells.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The request could not be met; the output says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line could not be understood; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>
    /// run --strict: the driver ran to its end, and did something wrong on the way; the output says what.
    /// </summary>
    public const int Findings = 3;

    /// <summary>Ended in order because the terminal went away: 128 + SIGHUP.</summary>
    public const int HungUp = 129;

    /// <summary>Ended in order by Ctrl+C: 128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended in order by SIGTERM: 128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
