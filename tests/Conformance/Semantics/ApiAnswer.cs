using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Semantics;

/// <summary>What a server answered.</summary>
/// <param name="Code">Of HTTP.</param>
/// <param name="Json">Null where the body is no JSON.</param>
/// <param name="Text">The body.</param>
/// <param name="Warnings">The texts of its warnings, in their order.</param>
/// <param name="Headers">Further headers that clients see, as <c>name: value</c>.</param>
internal sealed record ApiAnswer(int Code, JsonNode? Json, string Text, IReadOnlyList<string> Warnings, IReadOnlyList<string> Headers)
{
    public bool IsSuccess => Code is >= 200 and < 300;
}
