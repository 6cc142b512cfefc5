namespace Nonpaged.Cli;

/// <summary>What was asked for cannot be done. The command prints the failure and ends with <see cref="ExitCode.Failure"/>.</summary>
internal sealed class CommandException(AllocationFailure failure) : Exception(failure.ToString())
{
    public CommandException(string reason, string limit, string remedy)
        : this(new AllocationFailure(FailureKind.Other, reason, limit, remedy))
    {
    }

    public AllocationFailure Failure { get; } = failure;
}
