namespace Nonpaged.Cli;

/// <summary>
/// What was asked for cannot be done. The command prints the failure and ends with <see cref="ExitCode.Failure"/>.
/// </summary>
internal sealed class CommandException(AllocationFailure failure) : Exception(failure.ToString())
{
    public CommandException(string reason, string limit, string remedy, FailureKind kind = FailureKind.InvalidRequest)
        : this(new AllocationFailure(kind, reason, limit, remedy))
    {
    }

    /// <summary>The library refused a request that makes no sense.</summary>
    public CommandException(ArgumentException exception, string remedy)
        : this(Sentence(exception), "what a request may ask for", remedy)
    {
    }

    public AllocationFailure Failure { get; } = failure;

    // .NET adds the name of the method's parameter, which users of a command do not have.
    private static string Sentence(ArgumentException exception)
    {
        string added = $" (Parameter '{exception.ParamName}')";
        string message = exception.Message;
        return message.EndsWith(added, StringComparison.Ordinal) ? message[..^added.Length] : message;
    }
}
