using System.Diagnostics;

namespace Nonpaged;

/// <summary>Who allocated a block: the stack of the call, from the first method that is not this library's.</summary>
internal sealed class AllocationStack
{
    private readonly StackTrace _stack = new(skipFrames: 1, fNeedFileInfo: true);

    /// <summary>One method a line, as in <see cref="StackTrace.ToString()"/>.</summary>
    public override string ToString()
    {
        // A compiled program that was told to have no names has none here.
        IEnumerable<string> frames = _stack.GetFrames().SkipWhile(IsOwn).Select(TextOf);
        return string.Join(Environment.NewLine, frames);
    }

    private static bool IsOwn(StackFrame frame) => DiagnosticMethodInfo.Create(frame) is { } method
        && method.DeclaringAssemblyName.StartsWith($"{nameof(Nonpaged)},", StringComparison.Ordinal);

    private static string TextOf(StackFrame frame)
    {
        string place = frame.GetFileName() is { } file
            ? FormattableString.Invariant($" in {file}:line {frame.GetFileLineNumber()}")
            : "";
        return DiagnosticMethodInfo.Create(frame) is { } method
            ? $"   at {method.DeclaringTypeName}.{method.Name}{place}"
            : $"   at {frame}".TrimEnd();
    }
}
