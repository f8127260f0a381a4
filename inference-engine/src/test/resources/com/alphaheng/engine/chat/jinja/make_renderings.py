"""Writes renderings.json beside itself. Needs: pip install jinja2==3.1.6

The environment is the one of transformers.utils.chat_template_utils."""
import json
import os

import jinja2
import jinja2.ext
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = os.path.dirname(os.path.abspath(__file__))


def environment():
    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise TemplateError(message)

    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    return env


VARIABLES = {
    "messages": [{"role": "system", "content": "S\n"}, {"role": "user", "content": "a</think>b</think>c"},
                 {"role": "assistant", "content": None}],
    "n": 3, "f": 2.5, "t": True, "z": None, "s": "  Hello World \n", "e": "", "l": [1, 2, 3],
    "d": {"b": 1, "a": "x", "c": [True, None, 1.0, 1e-7, "\u00e9\"\\\n<&'>"]},
    "items": [{"name": "x", "v": 1}, {"name": "y", "v": 2}],
}

# One template a line.
LINES = r"""
{{ s.strip() }}|{{ s.lstrip() }}|{{ s.rstrip() }}|
{{ s.strip('H \n') }}|{{ 'xxabxx'.strip('x') }}|{{ 'abcabc'.lstrip('ab') }}
{{ 'a,b,c'.split(',')[-1] }}{{ 'a,b,c'.split(',')[0] }}{{ 'a b  c'.split()|length }}{{ 'a.b.c'.split('.',1)|tojson }}
{{ messages[1].content.split('</think>')[-1] }}{{ (messages[1].content.split('</think>')|first).rstrip('\n') }}
{{ t }} {{ z }} {{ n }} {{ f }} {{ 1.0 }} {{ 10/4 }} {{ 10//4 }} {{ 10%4 }} {{ 2**3 }} {{ -n }} {{ 4/2 }}
{{ l }} {{ d.a }} {{ d['b'] }} {{ items[0].name }} {{ l[-1] }} {{ l[1:] }} {{ l[:-1] }} {{ l[::-1] }} {{ 'abc'[1:] }} {{ 'abc'[-1] }}
{{ d|tojson }} {{ d|tojson(indent=2) }} {{ d|tojson(ensure_ascii=True) }}
{{ undefinedthing }}|{{ d.nope }}|{{ d.nope is defined }}|{{ undefinedthing is undefined }}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}
{% for k in d %}{{ k }};{% endfor %}
{% for k, v in d|dictsort %}{{ k }}={{ v }};{% endfor %}
{% for k, v in d|items %}{{ k }};{% endfor %}
{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.previtem is defined }}{{ loop.nextitem if loop.nextitem is defined }} {% endfor %}
{% for x in l %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{% endfor %}
{% for x in l %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for x in l if x != 2 %}{{ x }}{{ loop.index }}{% else %}none{% endfor %}
{% for x in [] %}{{ x }}{% else %}none{% endfor %}
{% set a = 1 %}{% for x in l %}{% set a = x %}{% endfor %}{{ a }}
{% set ns = namespace(a=1, b='q') %}{% for x in l %}{% set ns.a = x %}{% endfor %}{{ ns.a }}{{ ns.b }}
{% if t and not e and n > 2 and 'a' in d and 4 not in l %}yes{% else %}no{% endif %}
{{ 'x' if e else 'y' }}{{ 'only' if t }}{{ 'never' if e }}
{% macro m(a, b='q') %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, b=2) }}{{ m(1, 2) }}
{% macro m(a) %}{% for i in a %}{{ i }}{% endfor %}{% endmacro %}{% set x = m(l) %}{{ x ~ '!' }}{{ x is string }}
{{ n is number }}{{ s is string }}{{ l is iterable }}{{ d is mapping }}{{ s is iterable }}{{ l is sequence }}{{ z is none }}{{ t is true }}{{ t is boolean }}{{ n is integer }}{{ f is float }}{{ 3 is odd }}{{ l is mapping }}{{ n is string }}
{{ d.get('a') }}{{ d.get('zz', 'dflt') }}{{ d.get('zz') }}{{ d.keys()|list }}{{ d.values()|list|length }}
{{ s|trim }}|{{ s|upper|trim }}|{{ 'a'|lower }}|{{ 'hello world'|title }}|{{ 'hello'|capitalize }}|{{ l|join(', ') }}|{{ l|length }}|{{ z|default('q') }}|{{ e|default('q', true) }}|{{ nope|default('q') }}|{{ l|first }}{{ l|last }}
{{ items|map(attribute='name')|list }}{{ items|map(attribute='name')|join('-') }}{{ items|selectattr('v', 'equalto', 2)|list|length }}{{ items|rejectattr('name','equalto','x')|map(attribute='v')|first }}
{{ 'a' ~ 1 ~ true }}{{ 'a' + 'b' }}{{ [1]+[2] }}{{ 1 + 2 * 3 }}{{ (1 + 2) * 3 }}
{{ "it's" }}{{ 'q"q' }}{{ 'a\nb\tc\\d' }}{{ "\u00e9" }}
{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith('c') }}{{ 'abc'.upper() }}{{ 'ABC'.lower() }}{{ 'a-b'.replace('-', '+') }}{{ 'abc'.find('c') }}{{ 'hello world'.title() }}{{ ','.join(['a','b']) }}{{ 'abcb'.count('b') }}
{{ '%s-%d' % ('a', 3) }}|{{ '{} {}'.format(1, 'b') }}
{{ "a" == 'a' }}{{ 1 == 1.0 }}{{ n != 3 }}{{ n >= 3 }}{{ 'a' < 'b' }}{{ not t }}
{%- if true -%}  a  {%- endif -%}  b
x {#- comment -#} y {# c #} z
{% raw %}{{ x }} {% if %}{% endraw %}
<div>{{ "<&>" }}</div>{{ '<b>'|e }}{{ '<b>'|safe }}
{% set x %}block {{ n }}{% endset %}{{ x }}
{% set x, y = 1, 2 %}{{ x }}{{ y }}
{{ range(3)|list }}{% for i in range(1, 10, 3) %}{{ i }}{% endfor %}{{ range(l|length) | list }}
{{ dict(a=1)|tojson }}{{ {'a': 1, 'b': [1, 2]} }}{{ (1, 2) }}{{ [] }}{{ {} }}{{ ['a', "b'c"] }}
{{ 'x' in 'axb' }}{{ 'content' in messages[0] }}{{ messages[0]['role'] }}{{ messages|length }}{{ messages[-1].role }}{{ messages[2].content is none }}{{ messages[2].content }}
{% for m in messages[1:] %}{{ m.role }}{% if not loop.last %},{% endif %}{% endfor %}
{% if messages[0].role == 'system' %}{% set rest = messages[1:] %}{% else %}{% set rest = messages %}{% endif %}{{ rest|length }}
{{ n|string + 'x' }}{{ '3'|int + 1 }}{{ '2.5'|float }}{{ n|abs }}{{ l|sum }}{{ l|max }}{{ l|min }}{{ l|reverse|list }}{{ 'cba'|sort }}{{ l|unique|list }}{{ 3.7|round }}{{ 3.7|int }}
{{ z or 'dflt' }}{{ e or n }}{{ t and n }}{{ d.nope or 'x' }}
{{ d.nope.deeper if d.nope }}{{ 1 if 2 > 1 else 0 }}
{% if d.c is defined and d.c is not none and d.c|length > 2 %}ok{% endif %}{% if d.c is iterable and d.c is not mapping %}ok{% endif %}
{% if n == 1 %}a{% elif n == 3 %}b{% else %}c{% endif %}
{{ 'a\\nb' }}{{ 'don\'t' }}
{%+ if true %} x{% endif %}
{% for m in messages %}{{ loop.index0 }}{{ (messages[loop.index0 - 1].role) if not loop.first }}{% endfor %}
{% for a in l %}{% for b in l %}{{ loop.index * a }}{% endfor %}{% endfor %}
{% macro vis(content) -%}{% if content is string %}{{ content }}{% else %}{% for i in content %}{{ vis(i) }}{% endfor %}{% endif %}{%- endmacro %}{{ vis(['a',['b','c']]) }}
{{ raise_exception('boom') if not t else 'fine' }}
{{ 'a' 'b' }}
{{ l|tojson|length }}{{ 'é'|tojson }}{{ '<'|tojson }}{{ true|tojson }}{{ none|tojson }}{{ 1.5|tojson }}{{ [1,2]|tojson }}
{% call(x) m2() %}{% endcall %}
{% filter upper %}abc{{ n }}{% endfilter %}
{% with q = 5 %}{{ q }}{% endwith %}{{ q }}
{{ items|map('upper') if false else 'z' }}{{ ['a','b']|map('upper')|join }}{{ [0,1]|select|list }}{{ l|select('odd')|list }}{{ l|reject('odd')|list }}
{{ d.c[3] }} {{ 1e20 }} {{ 0.1 + 0.2 }} {{ 100000.0 }} {{ 7 / 2 }} {{ 6 // 4.0 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2**-1 }} {{ 1e16 }} {{ 123456789.125 }} {{ 1e-5 }}
{{ 'a' if t else 'b' if e else 'c' }}{{ not e and t }}{{ not 'x' in 'abc' }}{{ 1 < 2 < 3 }}{{ 3 > 2 > 2 }}
{{ messages|map(attribute='role')|join(',') }}{{ messages|selectattr('role', 'eq', 'user')|map(attribute='content')|first }}
{{ s|replace('World', 'You')|trim|length }}{{ 'a,b'|replace(',', ';') }}{{ ['b','a']|sort|join }}{{ [3,1,2]|sort(reverse=true) }}
{{ 'line1\nline2'|indent(2) }}|{{ 'line1\nline2'|indent(2, true) }}
{{ {'b': 1, 'a': [1, {'c': none}]}|tojson(indent=2) }}|{{ {'b': 1, 'a': 2}|tojson(sort_keys=true) }}|{{ [1,2]|tojson(separators=(',', ':')) }}|{{ []|tojson(indent=2) }}
{{ 'ab'*2 }}{{ [0]*2 }}{{ 'x' * 0 }}{{ true + 1 }}
{{ l[5] }}|{{ l[-4] is defined }}|{{ d['nope'] is defined }}|{{ messages[0].nope.deeper if false else 'skipped' }}
{{ undefinedthing.attribute }}
{{ none.attribute is defined }}
{{ 'a' + 1 }}
{{ nope() }}
{{ none|length }}
{{ l.append(4) }}
{{ 1 / 0 }}
{% for x in none %}{% endfor %}
{{ raise_exception('boom') }}
{{ 'x'|nosuchfilter }}
{{ 'x' is nosuchtest }}
{% nosuchtag %}
{{ 1 + }}
{% if t %}
{% for x in l %}{% endif %}
{{ (1, 2 }}
{{ 'open }}
{% set 1 = 2 %}
{% break %}
{{ a b }}
{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}
{{ '😀é'|length }}{{ '😀é'[0] }}{{ '😀é'[::-1] }}{{ '日本'|list }}
{{ '\u00a0 x\u3000'.strip() }}|{{ ' a b '.split(' ') }}|{{ 'a  b'.split(' ', 1) }}|{{ 'a.b.c'.rsplit('.', 1) }}|{{ 'x\ny\n'.splitlines() }}
{{ 'Hello World'.startswith(('He', 'x')) }}{{ 'abc'.isdigit() }}{{ '12'.isdigit() }}{{ 'AbC'.swapcase() if false else 'ABC'.islower() }}{{ 'ABC'.isupper() }}{{ 'prefix-x'.removeprefix('prefix-') }}{{ 'a=b'.partition('=') }}
{% set ns = namespace() %}{% set ns.x = [1] + [2] %}{{ ns.x }}{{ ns.y is defined }}
{% for a, b in [(1, 2), [3, 4]] %}{{ a }}{{ b }}{% endfor %}{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for x in l %}{{ loop.cycle('a', 'b') }}{{ loop.depth }}{{ loop.revindex0 }}{% endfor %}
{% macro outer(x) %}[{{ caller(x) }}]{% endmacro %}{% call(y) outer(5) %}{{ y + 1 }}{% endcall %}
{% set x | upper %}abc{% endset %}{{ x }}{% filter upper | replace('A', 'Z') %}abc{% endfilter %}
{{ 'a' in ['a', 'b'] and 'c' not in ['a'] }}{{ 2 in (1, 2) }}{{ 'k' in {'k': 1} }}
{{ ('a', 1) }}{{ ('a',) }}{{ () }}{{ {'a': 'it\'s'} }}{{ ['q"', "it's"] }}
{{ 3.0|int }}{{ '12abc'|int(7) }}{{ 2.5|round }}{{ 3.14159|round(2) }}{{ 'x'|float(1.5) }}{{ none|default('d', true) }}
{{ [1, [2, 3]] == [1, [2, 3]] }}{{ {'a': 1} == {'a': 1} }}{{ 1 == true }}{{ '1' == 1 }}{{ none == false }}{{ (1,) == [1] }}
{%- set content = 'x' -%}{%- if true -%}{%- set content = 'y' -%}{%- endif -%}{{ content }}
{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}
{{ [1,2,3]|first }}{{ []|first }}{{ 'abc'|last }}{{ {'a': 1}|length }}{{ 'x'|d('y') }}{{ nope|d }}
{{ items|sum(attribute='v') }}{{ items|map(attribute='nope', default='z')|join }}{{ items|sort(attribute='v', reverse=true)|map(attribute='name')|join }}{{ ['b', 'A']|sort }}{{ ['b', 'A', 'b']|unique|list }}
"""

WHITE_SPACE = [
    "  {% if true %}  \n  a\n  {% endif %}\nb\n",
    "{%- for x in l %}\n  {{- x }}\n{%- endfor %}\nend\n\n",
    "a\n  {# c #}\nb\n   {{ n }}\n",
    "{% for x in l %}\n{{ x }}\n{% endfor %}\n{% set q = 1 %}\nz\n",
    "x\n{%- set a = 1 -%}\n\n  y",
    "{{ n -}}  \n  b {{- n }}",
    "{{ n }}\n{{ n }}\n",
    "\n\n{% if t %}\n\na{% endif %}\n\n",
    "  {%+ if t %}a\n  {% endif +%}\nb",
    "{%- macro v(c) -%}\n  {%- if c is string -%}\n {{- c }}\n  {%- endif -%}\n{%- endmacro -%}\nA{{ v('q') }}B",
    "{{ \"a\nb\" }}",
    "{%- if t -%}\n a\n{%- else -%}\n b\n{%- endif -%}\n c\n",
    "a {%- raw %} {{ x }} {% endraw -%} b", "{{ '{{' }} {{ '%}' }} {{ '}}' }}", "a\r\n{% if t %}\r\nb\r\n{% endif %}\r\n"]

TOOLS = [{"type": "function", "function": {
    "name": "get_weather", "description": "it's <great> & \u00e9",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}}}]
USER = {"role": "user", "content": "What's 2+2 in \"K\u00f6ln\"?\n"}
CALLS = {"role": "assistant", "content": "", "reasoning_content": " need a tool ", "tool_calls": [
    {"type": "function", "function": {"name": "get_weather", "arguments": {
        "city": "K\u00f6ln & <Bonn>", "days": 3, "more": {"a": [1, 2.5, True, None]}}}},
    {"name": "other", "arguments": {}}]}
CONVERSATIONS = [
    {"messages": [USER], "add_generation_prompt": True},
    {"messages": [USER], "add_generation_prompt": True, "enable_thinking": False},
    {"messages": [USER], "add_generation_prompt": True, "enable_thinking": True},
    {"messages": [USER], "add_generation_prompt": False},
    {"messages": [{"role": "system", "content": "You help."}, USER, {"role": "assistant", "content": "Four.\n"}, USER],
     "add_generation_prompt": True},
    {"messages": [USER, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nFour."}, USER],
     "add_generation_prompt": True},
    {"messages": [USER, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nFour."}],
     "add_generation_prompt": False},
    {"messages": [USER, CALLS, {"role": "tool", "content": "{\"t\": 3}"}, {"role": "tool", "content": "two"}],
     "tools": TOOLS, "add_generation_prompt": True},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "a "}, {"type": "image"}, "b"]}],
     "tools": [], "add_generation_prompt": True},
    {"messages": [{"role": "assistant", "content": None, "tool_calls": None}, USER], "add_generation_prompt": True},
    {"messages": [{"role": "developer", "content": "x"}], "add_generation_prompt": True},
]


def rendered(template, variables):
    try:
        return environment().from_string(template).render(**variables)
    except Exception:  # whatever Jinja2 refuses, must be refused
        return None


def main():
    with open(os.path.join(HERE, "conversation.jinja"), encoding="utf-8") as file:
        conversation = file.read()
    templates = LINES.strip("\n").split("\n") + WHITE_SPACE
    out = {
        "library": "jinja2 " + jinja2.__version__, "variables": VARIABLES,
        "templates": [{"template": t, "rendered": rendered(t, VARIABLES)} for t in templates],
        "conversations": [{"variables": c, "rendered": rendered(conversation, c)} for c in CONVERSATIONS],
    }
    with open(os.path.join(HERE, "renderings.json"), "w", encoding="utf-8") as file:
        json.dump(out, file, ensure_ascii=True, indent=1)
        file.write("\n")


main()
