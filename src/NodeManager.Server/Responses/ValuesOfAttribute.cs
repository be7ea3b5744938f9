using System.Reflection;

namespace NodeManager.Server.Responses;

/// <summary>The values of a text in a body: the constants of a type. The OpenAPI document lists them.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ValuesOfAttribute(Type type) : Attribute
{
    public IEnumerable<string> Values { get; } =
    [
        .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(static one => one.IsLiteral && one.FieldType == typeof(string))
            .Select(static one => (string)one.GetRawConstantValue()!),
    ];
}
