using System.Globalization;
using System.Reflection;

namespace Nonpaged.Tidy.Tests;

/// <summary>The public part of an assembly as text: one line a member, in order.</summary>
internal static class PublicApi
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly) =>
        assembly.GetExportedTypes().SelectMany(Of).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Of(Type type)
    {
        string name = Name(type);
        yield return $"{name} : {Kind(type)}{Bases(type)}";
        if (type.IsEnum)
        {
            foreach (string value in Enum.GetNames(type)) yield return $"{name}.{value} = {Number(type, value)}";
            yield break;
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            yield return $"{name}({Parameters(invoke)}) -> {Name(invoke.ReturnType)}";
            yield break;
        }

        foreach (MemberInfo member in type.GetMembers(Members))
        {
            if (Of(member) is { } line) yield return $"{name}.{line}";
        }
    }

    private static string? Of(MemberInfo member) => member switch
    {
        ConstructorInfo constructor when IsSeen(constructor) && !constructor.IsStatic => $"new({Parameters(constructor)})",
        FieldInfo field when IsSeen(field) => $"{field.Name} : {Name(field.FieldType)}{Value(field)}",
        PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsSeen) =>
            $"{property.Name}{Index(property)} : "
                + $"{Name(property.PropertyType)} {{{Accessor(property.GetMethod, " get;")}{Setter(property.SetMethod)} }}",
        EventInfo change when IsSeen(change.AddMethod!) => $"{change.Name} : event {Name(change.EventHandlerType!)}",
        MethodInfo method when IsSeen(method)
            && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) =>
            $"{(method.IsStatic ? "static " : "")}{method.Name}{Generic(method)}({Parameters(method)}) "
                + $"-> {Name(method.ReturnType)}",
        _ => null,
    };

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsSeen(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsInterface: true } => "interface",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Bases(Type type)
    {
        IEnumerable<Type> bases = type.GetInterfaces().Where(one => one.IsPublic);
        if (type.BaseType is { } parent && parent != typeof(object) && !type.IsValueType) bases = bases.Prepend(parent);
        return string.Concat(bases.Select(one => $", {Name(one)}").Order(StringComparer.Ordinal));
    }

    private static string Number(Type type, string value) =>
        Convert.ToString(
            Convert.ChangeType(Enum.Parse(type, value), Enum.GetUnderlyingType(type), CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture)!;

    private static string Value(FieldInfo field) =>
        field.IsLiteral ? string.Create(CultureInfo.InvariantCulture, $" = {field.GetRawConstantValue()}") : "";

    private static string Index(PropertyInfo property) =>
        property.GetIndexParameters() is { Length: > 0 } index
            ? $"[{string.Join(", ", index.Select(one => Name(one.ParameterType)))}]"
            : "";

    private static string Accessor(MethodInfo? method, string text) => method is not null && IsSeen(method) ? text : "";

    private static string Setter(MethodInfo? method)
    {
        bool isInit = method?.ReturnParameter.GetRequiredCustomModifiers().Any(one => one.Name == "IsExternalInit") == true;
        return Accessor(method, isInit ? " init;" : " set;");
    }

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(one => one.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : "")}{Name(parameter.ParameterType)} "
            + $"{parameter.Name}{(parameter.HasDefaultValue ? " = ..." : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef) return $"ref {Name(type.GetElementType()!)}";
        if (type.IsPointer) return $"{Name(type.GetElementType()!)}*";
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[]";
        string name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        if (!type.IsGenericType) return name;
        string plain = name.Split('`')[0];
        return $"{plain}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
