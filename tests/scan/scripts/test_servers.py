"""Tools of MCP servers in scripts, and servers that scripts start."""

from __future__ import annotations

from tests.scan.scripts.conftest import Find

SERVER = """\
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
const server = new McpServer({ name: "desk", version: "1.0.0" });
"""
CLIENT = """\
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
"""
RUN = "async ({ id }) => ({ content: [{ type: 'text', text: await go(id) }] })"


def test_a_tool_that_deletes_and_does_not_say_so_is_found(ts: Find) -> None:
    [one] = ts(
        f"""
        server.registerTool("delete_order", {{ description: "Delete", inputSchema }}, {RUN});
        """,
        "write-tool-unannotated",
        client=SERVER,
    )
    assert (one.code, one.subject) == ("TOOL001", "delete_order")
    [other] = ts(
        f'server.tool("sendMail", {{ id: z.string() }}, {RUN});', "write-tool-unannotated", client=SERVER
    )
    assert other.subject == "sendMail"


def test_tools_that_say_what_they_do_or_read_are_sound(ts: Find) -> None:
    assert not ts(
        f"""
        const hints = {{ readOnlyHint: false, destructiveHint: true }};
        server.registerTool("delete_order", {{ description: "Delete", annotations: hints }}, {RUN});
        server.registerTool("create_order", {{ description: "New", ...shared }}, {RUN});
        server.registerTool("find_order", {{ description: "Find" }}, {RUN});
        server.registerTool("update_status_page_text", settings, {RUN});
        panel.tool("delete_layer", {{}}, {RUN});
        """,
        "write-tool-unannotated",
        "annotation-contradiction",
        client=SERVER,
    )


def test_a_hint_that_a_name_contradicts_is_found(ts: Find) -> None:
    [one] = ts(
        f"""
        server.registerTool("delete_order", {{
          description: "Delete",
          annotations: {{ readOnlyHint: true }},
        }}, {RUN});
        """,
        "annotation-contradiction",
        client=SERVER,
    )
    assert (one.code, one.place.line) == ("TOOL002", 5)
    assert "readOnlyHint: true" in one.message


def test_a_server_in_its_newest_version_is_found(ts: Find) -> None:
    for told in (
        'command: "npx", args: ["-y", "@modelcontextprotocol/server-filesystem", "/data"]',
        'command: "uvx", args: ["mcp-server-git"]',
        'command: "npx", args: ["-y", "mcp-remote@latest", "https://desk.example"]',
    ):
        [one] = ts(
            f"export const it = new StdioClientTransport({{ {told} }});", "unpinned-server", client=CLIENT
        )
        assert one.code == "TOOL003", told


def test_pinned_and_local_servers_and_other_commands_are_sound(ts: Find) -> None:
    assert not ts(
        """
        export const all = [
          new StdioClientTransport({ command: "npx", args: ["-y", "@x/server-git@1.2.0"] }),
          new StdioClientTransport({ command: "npx", args: ["tsx", "server.ts"] }),
          new StdioClientTransport({ command: "npx", args: ["-y", "./server"] }),
          new StdioClientTransport({ command: "node", args: ["server.js"] }),
        ];
        spawnJob({ command: "npx", args: ["prettier", "--check", "."] });
        """,
        "unpinned-server",
        client=CLIENT,
    )


def test_a_server_that_is_given_the_whole_environment_is_found(ts: Find) -> None:
    for told in ("process.env", "{ ...process.env, MODE: 'x' }", "process.env as Record<string, string>"):
        [one] = ts(
            f'export const it = new StdioClientTransport({{ command: "node", args: [], env: {told} }});',
            "environment-overshared",
            client=CLIENT,
        )
        assert one.code == "TOOL006", told


def test_named_variables_and_other_processes_are_sound(ts: Find) -> None:
    assert not ts(
        """
        export const it = new StdioClientTransport({
          command: "node", args: ["s.js"], env: { TOKEN: process.env.TOKEN! },
        });
        spawnJob({ command: "make", args: [], env: process.env });
        """,
        "environment-overshared",
        client=CLIENT,
    )
