using System.Reflection;
using System.Runtime.CompilerServices;

namespace NodeManager.Core.Tests.Support;

/// <summary>What objects keep in memory, counted by their fields: the same on every machine, whatever else runs.</summary>
internal static class RetainedSize
{
    private const int ObjectHead = 16,
        ArrayHead = 24,
        StringHead = 22;

    private static readonly Dictionary<Type, (int Size, FieldInfo[] References)> Layouts = [];

    /// <summary>Bytes of all objects that are reached from these, each counted once.</summary>
    public static long Of(params IEnumerable<object> roots)
    {
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Stack<object> open = new(roots.Where(seen.Add));
        long sum = 0;
        while (open.TryPop(out object? one))
        {
            if (one is string text)
            {
                sum += Align(StringHead + (2 * text.Length));
            }
            else if (one is Array array)
            {
                Type element = one.GetType().GetElementType()!;
                sum += Align(ArrayHead + ((long)SizeOf(element) * array.Length));
                if (!element.IsPrimitive)
                    foreach (object? item in array)
                        Follow(item, element);
            }
            else
            {
                (int size, FieldInfo[] references) = Layout(one.GetType());
                sum += Align(ObjectHead + size);
                foreach (FieldInfo field in references)
                    Follow(field.GetValue(one), field.FieldType);
            }
        }

        return sum;

        void Follow(object? value, Type declared)
        {
            if (value is null or Delegate or Type)
                return;
            if (!declared.IsValueType)
            {
                if (seen.Add(value))
                    open.Push(value);
                return;
            }

            // A nullable that is not null is boxed as what it has.
            foreach (FieldInfo field in Layout(value.GetType()).References)
                Follow(field.GetValue(value), field.FieldType);
        }
    }

    private static (int Size, FieldInfo[] References) Layout(Type type)
    {
        if (Layouts.TryGetValue(type, out (int, FieldInfo[]) known))
            return known;
        List<FieldInfo> fields = [];
        for (Type? at = type; at is not null; at = at.BaseType)
            fields.AddRange(at.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        return Layouts[type] = (
            fields.Sum(static field => SizeOf(field.FieldType)),
            [.. fields.Where(static field => !field.FieldType.IsPrimitive && !field.FieldType.IsPointer)]
        );
    }

    private static int SizeOf(Type type) =>
        type.IsValueType ? (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)! : IntPtr.Size;

    private static long Align(long size) => (size + 7) / 8 * 8;
}
