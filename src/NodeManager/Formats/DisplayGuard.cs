using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace NodeManager.Formats;

/// <summary>
/// Escapes terminal sequences where no view does it: <c>Format-List *</c> shows raw properties. A property with hostile text gets an
/// escaped display text; its value is unchanged for comparisons and writes. Other objects are unchanged.
/// </summary>
public static class DisplayGuard
{
    private const int MaximumDepth = 8;

    private static readonly ConcurrentDictionary<Type, Shape> Shapes = new();
    private static readonly MethodInfo Escaped = typeof(DisplayGuard).GetMethod(nameof(Escape))!;

    /// <summary>The escaped text, which PowerShell shows instead of <c>ToString</c>.</summary>
    public static string Escape(PSObject instance) => DisplayText.EscapeLines(instance.BaseObject.ToString());

    /// <summary>Returns the same object with all properties safe to display.</summary>
    internal static object? Protect(object? value)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (plain is IEnumerable several and not (string or IDictionary))
        {
            foreach (object? item in several)
                Guard(item, 0);
        }
        else
            Guard(plain, 0);

        return value;
    }

    // True for an object with hostile text at any depth.
    private static bool Guard(object? value, int depth)
    {
        if (value is null or string || depth > MaximumDepth || !IsOurs(value.GetType()) || IsPlainMap(value))
            return false;
        Shape shape = Shapes.GetOrAdd(value.GetType(), static type => Shape.Of(type));
        bool isHostile = false;
        foreach ((string name, Func<object, object?> read) in shape.Properties)
        {
            switch (read(value))
            {
                case string text when IsHostile(text):
                    Shadow(value, name, CreateShadow(text));
                    isHostile = true;
                    break;
                case IEnumerable<object> items when items.OfType<string>().Any(IsHostile):
                    Shadow(value, name, items.Select(static item => item is string text ? CreateShadow(text) : item).ToArray());
                    isHostile = true;
                    break;
                case IEnumerable several and not (string or IDictionary):
                    foreach (object? item in several)
                        isHostile |= Guard(item, depth + 1);
                    break;
                case { } nested:
                    isHostile |= Guard(nested, depth + 1);
                    break;
            }
        }

        if (isHostile && IsHostile(value.ToString()))
            AddText(PSObject.AsPSObject(value));
        return isHostile;
    }

    // A map creates its collections of keys and values when they are first read, and keeps them.
    private static bool IsPlainMap(object value)
    {
        switch (value)
        {
            case StringMap texts:
                foreach ((string key, string text) in texts)
                    if (IsHostile(key) || IsHostile(text))
                        return false;
                return true;
            case AmountMap amounts:
                foreach ((string key, _) in amounts)
                    if (IsHostile(key))
                        return false;
                return true;
            default:
                return false;
        }
    }

    private static PSObject CreateShadow(string text)
    {
        PSObject shadow = new(text);
        AddText(shadow);
        return shadow;
    }

    private static void AddText(PSObject shadow)
    {
        lock (Shapes)
        {
            if (shadow.Members["ToString"] is not PSCodeMethod)
                shadow.Members.Add(new PSCodeMethod("ToString", Escaped));
        }
    }

    // A member of the instance hides the property of its class.
    private static void Shadow(object value, string name, object shadow)
    {
        PSObject wrapped = PSObject.AsPSObject(value);
        lock (Shapes)
        {
            if (wrapped.Properties[name] is not PSNoteProperty)
                wrapped.Properties.Add(new PSNoteProperty(name, shadow));
        }
    }

    private static bool IsHostile(string? text) =>
        text is not null
        && text.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && DisplayText.EscapeLines(text) != text.ReplaceLineEndings("\n");

    private static bool IsOurs(Type type) =>
        type.IsClass && type.Namespace?.StartsWith(nameof(NodeManager), StringComparison.Ordinal) == true;

    /// <summary>The properties of a type that may hold text, at any depth.</summary>
    private sealed record Shape((string Name, Func<object, object?> Read)[] Properties)
    {
        private static readonly MethodInfo Opener = typeof(Shape).GetMethod(nameof(Open), BindingFlags.NonPublic | BindingFlags.Static)!;

        public static Shape Of(Type type) =>
            new([
                .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Where(static one => one.GetIndexParameters().Length == 0 && one.GetMethod is not null && MayHoldText(one.PropertyType))
                    .Select(static one =>
                        (
                            one.Name,
                            (Func<object, object?>)
                                Opener.MakeGenericMethod(one.DeclaringType!, one.PropertyType).Invoke(null, [one.GetMethod])!
                        )
                    ),
            ]);

        private static bool MayHoldText(Type type) =>
            type == typeof(string)
            || type == typeof(object)
            || IsOurs(type)
            || (!type.IsValueType && type.IsAssignableTo(typeof(IEnumerable)));

        private static Func<object, object?> Open<TOwner, TValue>(MethodInfo getter)
            where TOwner : class
            where TValue : class
        {
            Func<TOwner, TValue?> read = getter.CreateDelegate<Func<TOwner, TValue?>>();
            return owner => read((TOwner)owner);
        }
    }
}
