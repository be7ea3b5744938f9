using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Kubernetes.Tests.Requests;

/// <summary>How a kind is read is looked up at its first use, so a kind that the JSON context lacks would fail only then.</summary>
public sealed class ResourceTypeTests
{
    public static TheoryData<string> Kinds =>
        [
            .. typeof(Resources)
                .GetProperties(BindingFlags.Public | BindingFlags.Static)
                .Where(static one => one.PropertyType.IsGenericType)
                .Select(static one => one.Name),
        ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_JSON_context_has_each_kind_and_its_list(string kind)
    {
        object type = typeof(Resources).GetProperty(kind)!.GetValue(null)!;

        Type item = type.GetType().GetGenericArguments()[0];
        Assert.Equal(item, Info(type, "Item").Type);
        Assert.Equal(typeof(KubernetesList<>).MakeGenericType(item), Info(type, "List").Type);
    }

    private static JsonTypeInfo Info(object type, string property) => (JsonTypeInfo)type.GetType().GetProperty(property)!.GetValue(type)!;
}
