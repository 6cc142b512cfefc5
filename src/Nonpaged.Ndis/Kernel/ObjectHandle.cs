namespace Nonpaged.Ndis;

/// <summary>A handle of an object that drivers refer to by its address, too.</summary>
internal sealed class ObjectHandle(KernelObjects objects, KernelObject target, Driver owner, string call)
    : KernelHandle(owner, call)
{
    public KernelObject Target { get; } = target;

    public override string What => Target.What;

    public override void Close() => objects.Dereference(Target);
}
