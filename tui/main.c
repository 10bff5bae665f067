/* main.c — wires the rooms together and hands over. */

#include "base/base.h"

int main(void)
{
	return 0;
}
