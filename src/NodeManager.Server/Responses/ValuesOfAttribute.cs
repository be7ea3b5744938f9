using System.Reflection;

namespace NodeManager.Server.Responses;

/// <summary>The allowed values of a text field: the constants of a type, listed in the OpenAPI document.</summary>
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
